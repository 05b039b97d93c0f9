-- How many reservations each rule had to judge.
SELECT CAST(COUNT(*) AS BIGINT) AS fired_twice,
       CAST(COALESCE(SUM(CASE WHEN hook = $hook AND registered_us IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS outside_hours,
       CAST(COALESCE(SUM(CASE WHEN has_list = 1 AND lined.item_order IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS off_list,
       CAST(COALESCE(SUM(CASE WHEN stackable = 0 AND order_id IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS stacked,
       CAST(COALESCE(SUM(CASE WHEN hook = $hook AND user_id IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS given_twice,
       CAST(COALESCE(SUM(CASE WHEN stock IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS over_stock,
       CAST(COALESCE(SUM(CASE WHEN reserved_us + $limit_us < $as_of_us THEN 1 ELSE 0 END), 0) AS BIGINT) AS not_released,
       CAST(COALESCE(SUM(CASE WHEN expires_us IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS used_after_expiry
FROM reservations
LEFT JOIN (SELECT DISTINCT order_id AS item_order FROM items) lined ON lined.item_order = order_id
