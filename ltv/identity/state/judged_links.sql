-- New observations, and which of them are evidence.
WITH junk AS (
    SELECT node FROM nodes WHERE junk
)
SELECT low, high, ts, low <> high AND low NOT IN (SELECT node FROM junk) AND high NOT IN (SELECT node FROM junk) AS evidence
FROM batch
