-- How many people were first there on each day.
SELECT n, CAST(COUNT(*) AS BIGINT) AS step
FROM (SELECT user_id, MIN(n) AS n FROM activity GROUP BY user_id) first_days
GROUP BY n
ORDER BY n
