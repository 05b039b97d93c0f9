-- Who each identifier is: one person all the time, or one after the other.
-- Of n observations that agree and none that contradicts: (n + 9) / (n + 10); where some contradict, the share that agrees.
WITH sides AS (
    SELECT low AS node, times, is_agreed FROM agreements UNION ALL SELECT high AS node, times, is_agreed FROM agreements
), counted AS (
    SELECT node, CAST(SUM(times) AS BIGINT) AS seen, CAST(SUM(CASE WHEN is_agreed THEN times ELSE 0 END) AS BIGINT) AS agreed
    FROM sides
    GROUP BY node
), whole AS (
    SELECT p.node, p.id_type, p.id_value, p.first_seen, p.person, c.seen, c.agreed,
           CASE WHEN p.is_account THEN 'account'
                WHEN p.is_crowded THEN 'nobody'
                WHEN COALESCE(c.agreed, 0) = 0 THEN 'alone'
                WHEN p.is_torn THEN 'strongest'
                ELSE 'linked' END AS rule
    FROM persons p
    LEFT JOIN counted c ON c.node = p.node
    WHERE NOT p.is_junk AND NOT p.is_contested
)
SELECT w.node, w.id_type, w.id_value, w.first_seen AS valid_from, CAST(NULL AS TIMESTAMP) AS valid_to, w.person AS user_id,
       CASE w.rule WHEN 'linked' THEN (w.agreed + 9) / CAST(w.agreed + 10 AS DOUBLE)
                   WHEN 'strongest' THEN w.agreed / NULLIF(CAST(w.seen AS DOUBLE), 0)
                   ELSE CAST(1 AS DOUBLE) END AS confidence,
       w.rule
FROM whole w
UNION ALL
SELECT s.node, p.id_type, p.id_value, s.valid_from, s.valid_to, s.person AS user_id, s.confidence, s.rule
FROM spans s
JOIN persons p ON p.node = s.node
