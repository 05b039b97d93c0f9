-- How many known people were there on each day.
SELECT day_number AS n, CAST(COUNT(DISTINCT CAST(user_id AS BIGINT)) AS DOUBLE) AS value
FROM rows
WHERE moment < $as_of AND day_number >= $since AND user_id IS NOT NULL
GROUP BY day_number
ORDER BY n
