-- First-order coupons given to somebody who had redeemed one, or still held one; which one it was. One never given back was held for as long as one may be.
SELECT case_id, offer_id, order_id, user_id, hook, used_us AS at_us, CAST(place AS DOUBLE) AS amount
FROM (
    SELECT case_id, offer_id, order_id, user_id, hook, used_us, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY used_us, case_id) AS place,
           MAX(CASE WHEN redeemed_us IS NOT NULL THEN CAST(4611686018427387904 AS BIGINT) ELSE COALESCE(freed_us, used_us + $limit_us) END) OVER (
               PARTITION BY user_id ORDER BY used_us, case_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS busy_us
    FROM reservations
    WHERE hook = $hook AND user_id IS NOT NULL
) given
WHERE busy_us > used_us
