-- When each contested identifier was seen with a person who has an account; of the same moment the youngest one decides.
WITH owners AS (
    SELECT DISTINCT person FROM persons WHERE is_account
), sides AS (
    SELECT low AS node, high AS other, ts FROM observations UNION ALL SELECT high AS node, low AS other, ts FROM observations
), ranked AS (
    SELECT s.node, s.ts, p.person,
           ROW_NUMBER() OVER (PARTITION BY s.node, s.ts ORDER BY p.first_seen DESC, p.id_type DESC, p.id_value DESC) AS place
    FROM sides s
    JOIN contested c ON c.node = s.node
    JOIN persons p ON p.node = s.other AND NOT p.is_crowded
    JOIN owners o ON o.person = p.person
)
SELECT node, ts, person FROM ranked WHERE place = 1
