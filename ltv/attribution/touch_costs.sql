-- What touches of the window cost.
SELECT channel, campaign, SUM(cost) AS cost
FROM contacts
WHERE us >= $start_us
GROUP BY channel, campaign
