-- Net value of each person's orders between two instants.
SELECT CAST(user_id AS BIGINT) AS user_id, CAST(SUM(CAST(worth AS DECIMAL(18, 6))) AS DOUBLE) AS value
FROM orders
WHERE user_id IS NOT NULL AND ts >= $since AND ts < $until
GROUP BY CAST(user_id AS BIGINT)
ORDER BY user_id
