-- What each person did on each day, of one table.
SELECT CAST(person AS BIGINT) AS user_id,
       day_number AS n,
       CAST(COUNT(*) AS BIGINT) AS acts,
       CAST(SUM(carted) AS BIGINT) AS carts,
       CAST(SUM(CAST(dwell AS DECIMAL(18, 3))) AS DOUBLE) AS dwell_ms,
       CAST(SUM(bought) AS BIGINT) AS purchases,
       CAST(SUM(benefit) AS BIGINT) AS benefits
FROM rows
WHERE person IS NOT NULL AND counts AND day_number >= $since AND day_number <= $until
GROUP BY CAST(person AS BIGINT), day_number
