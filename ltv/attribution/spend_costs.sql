-- What was paid in the window.
SELECT channel, campaign, SUM(cost) AS cost
FROM spent
WHERE day >= $first_day AND day <= $last_day
GROUP BY channel, campaign
