-- Identifiers of components that break a limit.
SELECT n.node, n.id_type, n.id_value, n.first_seen
FROM nodes n
LEFT JOIN edges e ON e.high = n.node
JOIN broken b ON b.person = COALESCE(e.low, n.node)
