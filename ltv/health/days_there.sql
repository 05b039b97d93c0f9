-- The days of which a table has rows, and the latest of them.
SELECT day_number AS n, CAST(COUNT(*) AS BIGINT) AS told, MAX(EPOCH_US(moment)) AS last_us
FROM rows
WHERE moment < $as_of
GROUP BY day_number
ORDER BY n
