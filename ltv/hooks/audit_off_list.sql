-- Offers given for an order of which no line is on their white-list; lines of the order.
SELECT r.case_id, r.offer_id, r.order_id, r.user_id, r.hook, r.used_us AS at_us, CAST(COUNT(i.sku) AS DOUBLE) AS amount
FROM reservations r
JOIN items i ON i.order_id = r.order_id
LEFT JOIN listed l ON l.offer_id = r.offer_id AND l.sku = i.sku
WHERE r.has_list = 1
GROUP BY r.case_id, r.offer_id, r.order_id, r.user_id, r.hook, r.used_us
HAVING COUNT(l.sku) = 0
