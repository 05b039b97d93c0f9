-- Reservations that were held for longer than one may be, or still are; minutes.
SELECT case_id, offer_id, order_id, user_id, hook, reserved_us AS at_us,
       CAST(LEAST(COALESCE(redeemed_us, $as_of_us), COALESCE(freed_us, $as_of_us)) - reserved_us AS DOUBLE) / 60000000 AS amount
FROM reservations
WHERE LEAST(COALESCE(redeemed_us, $as_of_us), COALESCE(freed_us, $as_of_us)) - reserved_us > $limit_us
