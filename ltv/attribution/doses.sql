-- Exposures before each conversion: how many of each campaign count.
SELECT c.conversion_id, t.channel, t.campaign, CAST(COUNT(*) AS BIGINT) AS touches
FROM conversions c
JOIN contacts t ON t.user_id = c.user_id AND t.us <= c.us AND t.us >= c.us - $lookback_us
WHERE is_exposure
GROUP BY c.conversion_id, t.channel, t.campaign
