-- Links by what became of them.
SELECT verdict AS reason, CAST(SUM(times) AS BIGINT) AS links, CAST(COUNT(*) AS BIGINT) AS pairs
FROM evidence
GROUP BY verdict
ORDER BY verdict
