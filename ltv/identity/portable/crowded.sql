-- Identifiers with more neighbours than their kind may have: they are no evidence.
WITH neighbours AS (
    SELECT node, COUNT(*) AS degree
    FROM (SELECT low AS node FROM observed_pairs UNION ALL SELECT high AS node FROM observed_pairs) AS ends
    GROUP BY node
)
SELECT d.node
FROM neighbours d
JOIN nodes n ON n.node = d.node
WHERE d.degree > n.max_neighbours
