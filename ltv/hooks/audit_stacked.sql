-- Orders on which an offer that stacks with nothing was used beside another one or a member benefit; how many others. One row an order.
SELECT case_id, offer_id, order_id, user_id, hook, at_us, amount
FROM (
    SELECT r.case_id, r.offer_id, r.order_id, r.user_id, r.hook, r.used_us AS at_us, CAST(s.offers - 1 + COALESCE(o.benefits, 0) AS DOUBLE) AS amount,
           ROW_NUMBER() OVER (PARTITION BY r.order_id ORDER BY r.used_us, r.case_id) AS place
    FROM reservations r
    JOIN (
        SELECT order_id, COUNT(DISTINCT offer_id) AS offers FROM reservations
        WHERE order_id IS NOT NULL AND (redeemed_us IS NOT NULL OR freed_us IS NULL) GROUP BY order_id
    ) s ON s.order_id = r.order_id
    LEFT JOIN orders o ON o.order_id = r.order_id
    WHERE r.stackable = 0 AND (r.redeemed_us IS NOT NULL OR r.freed_us IS NULL)
) used
WHERE place = 1 AND amount > 0
