-- By how many people the number of those active in the last so many days changes on each day.
SELECT n, CAST(SUM(step) AS BIGINT) AS step
FROM (
    SELECT n, 1 AS step FROM activity
    UNION ALL
    SELECT LEAST(n + $period, COALESCE(next_n, n + $period)) AS n, -1 AS step
    FROM (SELECT n, LEAD(n) OVER (PARTITION BY user_id ORDER BY n) AS next_n FROM activity) followed
) steps
GROUP BY n
ORDER BY n
