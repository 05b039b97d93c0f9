-- Cases with what was taken off their orders.
SELECT f.rule, f.case_id, f.at_us, f.hook, f.user_id, f.offer_id, f.order_id, o.discount AS money, f.amount
FROM found f
LEFT JOIN orders o ON o.order_id = f.order_id
ORDER BY f.rule, f.at_us, f.case_id
