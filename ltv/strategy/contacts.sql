-- How often the shop has written to people lately.
SELECT user_id, CAST(COUNT(*) AS BIGINT) AS contacts
FROM touches
WHERE user_id IS NOT NULL AND kind = 'send' AND ts >= $since AND ts < $until
GROUP BY user_id
