-- Orders by quarter of an hour: how many were paid, and what was charged for them (before refunds, which come later).
SELECT us // CAST(900000000 AS BIGINT) AS quarter, CAST(SUM(CASE WHEN is_paid THEN 1 ELSE 0 END) AS BIGINT) AS paid,
       CAST(SUM(CASE WHEN is_paid THEN charged ELSE 0 END) AS DOUBLE) AS charged
FROM (SELECT EPOCH_US(moment) AS us, COALESCE(is_purchase, FALSE) AS is_paid, COALESCE(money, 0) AS charged FROM orders WHERE moment < $as_of) bought
GROUP BY us // CAST(900000000 AS BIGINT)
ORDER BY us // CAST(900000000 AS BIGINT)
