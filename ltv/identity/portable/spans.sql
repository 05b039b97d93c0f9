-- Spans of contested identifiers: whoever was seen with one last has it, for a short while where many people use it.
WITH turns AS (
    SELECT l.node, l.ts, l.person, p.first_seen, p.is_passed_on, p.is_public,
           COALESCE(LAG(l.person) OVER (PARTITION BY l.node ORDER BY l.ts, l.person) = l.person, FALSE) AS is_same,
           COUNT(*) OVER (PARTITION BY l.node) AS turns
    FROM logins l
    JOIN persons p ON p.node = l.node
), counted AS (
    SELECT node, ts, person, first_seen, is_passed_on, is_public, is_same, turns,
           SUM(CASE WHEN is_same THEN 1 ELSE 0 END) OVER (PARTITION BY node) AS same
    FROM turns
), started AS (
    SELECT node, ts AS valid_from, person, first_seen, is_public,
           CASE WHEN is_passed_on THEN 'passed_on' ELSE 'last_login' END AS rule,
           (same + 1) / CAST(turns + 1 AS DOUBLE) AS confidence,
           LEAD(ts) OVER (PARTITION BY node ORDER BY ts, person) AS next_at
    FROM counted
    WHERE is_public OR NOT is_same
), held AS (
    SELECT node, valid_from, person, first_seen, is_public, rule, confidence, next_at,
           CASE WHEN is_public THEN LEAST(valid_from + public_span, next_at) ELSE next_at END AS valid_to
    FROM started
), first_held AS (
    SELECT node, first_seen, MIN(valid_from) AS begins FROM held GROUP BY node, first_seen
)
SELECT node, valid_from, valid_to, person, confidence, rule
FROM held
WHERE valid_to IS NULL OR valid_from < valid_to
UNION ALL
SELECT node, first_seen AS valid_from, begins AS valid_to, node AS person, CAST(1 AS DOUBLE) AS confidence, 'nobody' AS rule
FROM first_held
WHERE first_seen < begins
UNION ALL
SELECT node, valid_to AS valid_from, next_at AS valid_to, node AS person, CAST(1 AS DOUBLE) AS confidence, 'nobody' AS rule
FROM held
WHERE is_public AND (next_at IS NULL OR valid_to < next_at)
UNION ALL
SELECT p.node, p.first_seen AS valid_from, CAST(NULL AS TIMESTAMP) AS valid_to, p.node AS person, CAST(1 AS DOUBLE) AS confidence, 'nobody' AS rule
FROM persons p
WHERE p.is_contested AND NOT EXISTS (SELECT 1 FROM logins l WHERE l.node = p.node)
