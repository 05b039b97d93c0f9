-- Components with more accounts of a kind than a person may have.
WITH held AS (
    SELECT COALESCE(e.low, n.node) AS person, n.id_type, n.account_limit
    FROM nodes n
    LEFT JOIN edges e ON e.high = n.node
    WHERE n.account_limit > 0
), over_limit AS (
    SELECT person FROM held GROUP BY person, id_type, account_limit HAVING COUNT(*) > account_limit
)
SELECT DISTINCT person FROM over_limit
