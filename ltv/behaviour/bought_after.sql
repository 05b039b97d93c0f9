-- What people did in the window that begins with a moment of theirs: the first purchase, and the net value of all orders.
SELECT m.user_id,
       MIN(CASE WHEN o.is_purchase THEN EPOCH_US(o.ts) END) AS first_us,
       CAST(SUM(CAST(o.value AS DECIMAL(18, 6))) AS DOUBLE) AS value
FROM moments m JOIN orders o ON o.user_id = m.user_id
WHERE EPOCH_US(o.ts) >= m.ts_us AND EPOCH_US(o.ts) < m.ts_us + $window_us AND o.ts < $as_of
GROUP BY m.user_id
