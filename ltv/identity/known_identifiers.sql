-- Identifiers seen before an instant.
SELECT i.node, k.number AS kind, EPOCH_US(i.first_seen) AS first_seen, is_junk AS is_junk
FROM identifiers i
JOIN kinds k ON k.name = i.id_type
WHERE i.first_seen < $as_of
