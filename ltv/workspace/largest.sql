-- Rows of the person with most rows, and all rows.
SELECT CAST(MAX(n) AS BIGINT) AS largest, CAST(SUM(n) AS BIGINT) AS n
FROM (SELECT user_id, COUNT(*) AS n FROM rows GROUP BY user_id)
