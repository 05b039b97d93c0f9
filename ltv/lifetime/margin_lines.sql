-- The margin of each order of which every line tells its own.
SELECT order_id, CAST(SUM(CAST(margin AS DOUBLE)) AS DOUBLE) AS margin
FROM items
WHERE order_id IS NOT NULL
GROUP BY order_id
HAVING COUNT(*) = COUNT(margin)
