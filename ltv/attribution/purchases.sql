-- Paid orders of known people from the first moment that counts, each with the one before it. Times in microseconds.
SELECT CAST(ROW_NUMBER() OVER (ORDER BY user_id, us, value) AS BIGINT) AS purchase_id, user_id, us, value,
       COALESCE(LAG(us) OVER (PARTITION BY user_id ORDER BY us, value), -4000000000000000000) AS previous_us
FROM (
    SELECT CAST(user_id AS BIGINT) AS user_id, EPOCH_US(ts) AS us, COALESCE(CAST(value AS DOUBLE), 0) AS value
    FROM orders
    WHERE is_purchase AND user_id IS NOT NULL AND ts >= $since AND ts < $until
) o
