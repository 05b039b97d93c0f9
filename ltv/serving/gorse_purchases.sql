-- The last time that each person bought each article.
SELECT bought.user_id, lines.sku, MAX(bought.ts) AS at
FROM (SELECT order_id, user_id, ts FROM orders WHERE is_purchase AND user_id IS NOT NULL AND ts >= $since AND ts < $until) AS bought
JOIN order_items AS lines ON lines.order_id = bought.order_id
WHERE lines.sku IS NOT NULL
GROUP BY bought.user_id, lines.sku
