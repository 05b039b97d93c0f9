-- Rows of the person with most rows, and all rows; rows of nobody are no person's.
SELECT CAST(MAX(CASE WHEN user_id IS NOT NULL THEN n END) AS BIGINT) AS largest, CAST(SUM(n) AS BIGINT) AS n
FROM (SELECT user_id, COUNT(*) AS n FROM rows GROUP BY user_id)
