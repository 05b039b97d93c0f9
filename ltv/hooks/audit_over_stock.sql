-- Reservations made while as many were held or redeemed as there are pieces; how many too many. What is given back by that moment, also after it was redeemed, is free again.
SELECT case_id, offer_id, order_id, user_id, hook, at_us, CAST(taken - stock AS DOUBLE) AS amount
FROM (
    SELECT case_id, offer_id, order_id, user_id, hook, at_us, stock, change,
           CAST(SUM(change) OVER (PARTITION BY offer_id ORDER BY at_us, change, case_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS taken
    FROM (
        SELECT case_id, offer_id, order_id, user_id, hook, stock, used_us AS at_us, 1 AS change FROM reservations WHERE stock IS NOT NULL
        UNION ALL
        SELECT case_id, offer_id, order_id, user_id, hook, stock, freed_us AS at_us, -1 AS change FROM reservations
        WHERE stock IS NOT NULL AND (freed_us >= redeemed_us OR (redeemed_us IS NULL AND freed_us IS NOT NULL))
    ) changes
) counted
WHERE change = 1 AND taken > stock
