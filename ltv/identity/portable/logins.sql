-- When each contested identifier was seen with a person who has an account.
WITH owners AS (
    SELECT DISTINCT person FROM persons WHERE is_account
), sides AS (
    SELECT low AS node, high AS other, ts FROM observations UNION ALL SELECT high AS node, low AS other, ts FROM observations
)
SELECT DISTINCT s.node, s.ts, p.person
FROM sides s
JOIN contested c ON c.node = s.node
JOIN persons p ON p.node = s.other AND NOT p.is_crowded
JOIN owners o ON o.person = p.person
