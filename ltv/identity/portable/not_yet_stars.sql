-- How many places too many identifiers stand in: 0 when each is either the oldest of its people or tied to that one alone.
SELECT CAST(COUNT(*) - COUNT(DISTINCT node) AS BIGINT) AS n
FROM (SELECT high AS node FROM edges UNION ALL SELECT DISTINCT low AS node FROM edges) AS places
