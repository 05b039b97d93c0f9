-- Identifiers that met more accounts of a kind than a person may have, with how many times that limit they met.
WITH met AS (
    SELECT e.node, a.id_type, a.account_limit, COUNT(*) AS accounts
    FROM (SELECT low AS node, high AS other FROM pairs UNION ALL SELECT high AS node, low AS other FROM pairs) AS e
    JOIN nodes a ON a.node = e.other AND a.account_limit > 0
    GROUP BY e.node, a.id_type, a.account_limit
)
SELECT m.node, CAST(MAX((m.accounts + m.account_limit - 1) // m.account_limit) AS BIGINT) AS times
FROM met m
JOIN nodes n ON n.node = m.node AND n.account_limit = 0
GROUP BY m.node
HAVING MAX((m.accounts + m.account_limit - 1) // m.account_limit) > 1
