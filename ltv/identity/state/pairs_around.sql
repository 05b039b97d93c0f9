-- Distinct pairs of which an end is asked for and was no hub so far.
WITH wanted AS (
    SELECT a.node FROM asked a WHERE NOT EXISTS (SELECT 1 FROM places p WHERE p.hub AND p.node = a.node)
)
SELECT low, high, CAST(COUNT(*) AS BIGINT) AS n, MIN(ts) AS first
FROM observations
WHERE evidence AND (low IN (SELECT node FROM wanted) OR high IN (SELECT node FROM wanted))
GROUP BY low, high
