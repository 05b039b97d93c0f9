-- What was taken off an order, and whether a member benefit was used on it.
SELECT order_id, CAST(MAX(discount) AS DOUBLE) AS discount, MAX(CASE WHEN member_benefit THEN 1 ELSE 0 END) AS benefits FROM orders WHERE order_id IS NOT NULL GROUP BY order_id
