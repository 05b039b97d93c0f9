-- Net value of the orders of each day, anonymous ones among them.
SELECT day_number AS n, CAST(SUM(CAST(worth AS DECIMAL(18, 6))) AS DOUBLE) AS value
FROM orders
WHERE moment < $as_of AND day_number >= $since
GROUP BY day_number
ORDER BY n
