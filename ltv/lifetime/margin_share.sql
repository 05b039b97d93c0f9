-- Of how many purchases the margin is known, and which share of their money it is.
SELECT AVG(CASE WHEN margin IS NULL THEN 0.0 ELSE 1.0 END) AS told,
       SUM(margin) / NULLIF(SUM(CASE WHEN margin IS NOT NULL THEN charged END), 0) AS share
FROM (
    SELECT order_id, CAST(money AS DOUBLE) AS charged FROM orders WHERE is_paid
) o
LEFT JOIN (SELECT order_id AS line_order, margin FROM lines) l ON o.order_id = l.line_order
