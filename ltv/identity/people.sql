-- One row a person who registered or ordered before the as-of instant: what segments may speak of. A refund is no order.
WITH ordered AS (
    SELECT user_id,
           MIN(CASE WHEN is_purchase THEN ts END) AS first_order_at,
           MAX(CASE WHEN is_purchase THEN ts END) AS last_order_at,
           CAST(COUNT(CASE WHEN is_purchase THEN 1 END) AS BIGINT) AS orders,
           CAST(SUM(value) AS DOUBLE) AS value_to_date
    FROM orders
    WHERE user_id IS NOT NULL AND is_paid
    GROUP BY user_id
), joined AS (
    SELECT user_id,
           MIN(registered_at) AS registered_at,
           MIN(birth_year) AS birth_year,
           MIN(gender) AS gender,
           MIN(city) AS city,
           MIN(level) AS level,
           MIN(acquisition_channel) AS acquisition_channel
    FROM members
    WHERE user_id IS NOT NULL
    GROUP BY user_id
)
SELECT COALESCE(j.user_id, o.user_id) AS user_id,
       j.registered_at, j.birth_year, j.gender, j.city, j.level, j.acquisition_channel,
       CAST($as_of_year - j.birth_year AS BIGINT) AS age,
       o.first_order_at, o.last_order_at,
       COALESCE(o.orders, 0) AS orders,
       COALESCE(o.value_to_date, 0) AS value_to_date
FROM joined j
FULL OUTER JOIN ordered o ON o.user_id = j.user_id
