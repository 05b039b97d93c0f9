-- First-order coupons given too long after the registration, or before it; hours since it.
SELECT case_id, offer_id, order_id, user_id, hook, used_us AS at_us, CAST(used_us - registered_us AS DOUBLE) / 3600000000 AS amount
FROM reservations
WHERE hook = $hook AND (used_us >= registered_us + $hours_us OR used_us < registered_us)
