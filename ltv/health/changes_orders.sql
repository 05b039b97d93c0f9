-- What each person paid for on each day, and what that was worth when its week ended; orders of nobody known come in lots.
SELECT day_number AS n,
       CAST(user_id AS BIGINT) AS user_id,
       CAST(CASE WHEN user_id IS NULL THEN EPOCH_US(ts) % 64 ELSE 0 END AS BIGINT) AS lot,
       CAST(SUM(CASE WHEN is_purchase THEN 1 ELSE 0 END) AS BIGINT) AS purchases,
       CAST(SUM(CAST(worth AS DECIMAL(18, 6))) AS DOUBLE) AS value
FROM orders
WHERE day_number >= $since AND day_number <= $until AND ts < $as_of
GROUP BY day_number, CAST(user_id AS BIGINT), CAST(CASE WHEN user_id IS NULL THEN EPOCH_US(ts) % 64 ELSE 0 END AS BIGINT)
ORDER BY n, user_id, lot
