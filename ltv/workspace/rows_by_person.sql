-- Rows of each person; those of nobody stand under no number.
SELECT user_id, CAST(COUNT(*) AS BIGINT) AS n
FROM rows
GROUP BY user_id
ORDER BY user_id
