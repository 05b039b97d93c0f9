-- Articles as they were seen and sold, by the category that stood beside them.
SELECT sku, category, CAST(COUNT(*) AS BIGINT) AS times, MIN(at) AS first_at
FROM (
    SELECT sku, category, ts AS at FROM events WHERE sku IS NOT NULL AND ts < $until
    UNION ALL
    SELECT lines.sku, lines.category, sold.ts AS at
    FROM order_items AS lines JOIN orders AS sold ON sold.order_id = lines.order_id
    WHERE lines.sku IS NOT NULL AND sold.ts < $until
) AS seen
GROUP BY sku, category
