-- What each person's orders of a day were worth, and on which day that became known: sales at once, refunds later.
SELECT user_id,
       day,
       known_day,
       CAST(SUM(sold) AS DOUBLE) AS sold,
       CAST(SUM(amount) AS DOUBLE) AS amount,
       CAST(SUM(purchases) AS BIGINT) AS purchases
FROM (
    SELECT user_id,
           sold_day AS day,
           sold_day AS known_day,
           CAST(GREATEST(money, 0) AS DECIMAL(18, 6)) AS sold,
           CAST(money AS DECIMAL(18, 6)) AS amount,
           CASE WHEN charged >= 0 THEN 1 ELSE 0 END AS purchases
    FROM orders
    WHERE is_paid AND money IS NOT NULL
    UNION ALL
    SELECT user_id,
           sold_day AS day,
           GREATEST(sold_day, refund_day) AS known_day,
           CAST(0 AS DECIMAL(18, 6)) AS sold,
           -CAST(refunded AS DECIMAL(18, 6)) AS amount,
           0 AS purchases
    FROM orders
    WHERE is_paid AND refunded <> 0
) m
WHERE user_id IS NOT NULL
GROUP BY user_id, day, known_day
