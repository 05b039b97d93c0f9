-- Offers held or used when they were over, or had not begun; hours from their end, or to their beginning.
SELECT case_id, offer_id, order_id, user_id, hook, used_us AS at_us,
       CAST(CASE WHEN used_us >= expires_us THEN used_us - expires_us ELSE starts_us - used_us END AS DOUBLE) / 3600000000 AS amount
FROM reservations
WHERE used_us >= expires_us OR used_us < starts_us
