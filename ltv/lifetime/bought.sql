-- Paid orders of the window as they were known at the cutoff, with the days since the one before.
SELECT user_id, us, amount, discount, has_coupon, has_benefit, value, us // CAST(86400000000 AS BIGINT) AS bought_day,
       CAST(us - LAG(us) OVER (PARTITION BY user_id ORDER BY us, order_value) AS DOUBLE) / 86400000000 AS gap_days
FROM (
    SELECT CAST(person AS BIGINT) AS user_id, EPOCH_US(moment) AS us, CAST(charged AS DOUBLE) AS amount,
           CAST(discounted AS DOUBLE) AS discount, CAST(with_coupon AS INT) AS has_coupon, CAST(with_benefit AS INT) AS has_benefit,
           CAST(worth AS DOUBLE) AS value, CAST(worth AS DOUBLE) AS order_value
    FROM orders
    WHERE is_purchase
) o
WHERE user_id IS NOT NULL AND us >= $from_us AND us < $cutoff_us
