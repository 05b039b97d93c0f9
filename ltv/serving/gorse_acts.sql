-- The last time that each person did something with each article.
SELECT user_id, sku, event AS kind, MAX(ts) AS at
FROM events
WHERE user_id IS NOT NULL AND sku IS NOT NULL AND ts >= $since AND ts < $until
GROUP BY user_id, sku, event
