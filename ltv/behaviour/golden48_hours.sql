-- In which hours since 1970 a table has rows at all, and how many.
SELECT CAST(hour AS BIGINT) AS hour, CAST(COUNT(*) AS BIGINT) AS rows_, MAX(us) AS latest_us
FROM (SELECT EPOCH_US(moment) // CAST(3600000000 AS BIGINT) AS hour, EPOCH_US(moment) AS us FROM rows WHERE EPOCH_US(moment) < $as_of_us) h
GROUP BY hour
ORDER BY hour
