-- Exposures of each person who converted, by channel.
SELECT t.user_id, t.channel, CAST(COUNT(*) AS DOUBLE) AS touches
FROM contacts t
JOIN (SELECT DISTINCT user_id FROM conversions) c ON c.user_id = t.user_id
WHERE is_exposure
GROUP BY t.user_id, t.channel
