-- In which hours since 1970 each system has rows in a table at all, and how many.
SELECT source, CAST(hour AS BIGINT) AS hour, CAST(COUNT(*) AS BIGINT) AS rows_, MAX(us) AS latest_us
FROM (
    SELECT CAST(system AS VARCHAR) AS source, EPOCH_US(CAST(moment AS TIMESTAMP)) // CAST(3600000000 AS BIGINT) AS hour,
           EPOCH_US(CAST(moment AS TIMESTAMP)) AS us
    FROM rows
    WHERE EPOCH_US(CAST(moment AS TIMESTAMP)) < $as_of_us
) h
GROUP BY source, hour
ORDER BY source, hour
