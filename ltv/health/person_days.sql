-- One row a person and day on which they were there, all tables together.
SELECT user_id,
       n,
       CAST(SUM(acts) AS BIGINT) AS acts,
       CAST(SUM(carts) AS BIGINT) AS carts,
       COALESCE(SUM(dwell_ms), 0) AS dwell_ms,
       CAST(SUM(purchases) AS BIGINT) AS purchases,
       CAST(SUM(benefits) AS BIGINT) AS benefits
FROM acts
GROUP BY user_id, n
ORDER BY user_id, n
