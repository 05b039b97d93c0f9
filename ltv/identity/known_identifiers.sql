-- Identifiers seen before an instant.
WITH known AS (
    SELECT node, id_type, first_seen, plain AS plain_value FROM identifiers WHERE first_seen < $as_of
)
SELECT i.node, k.number AS kind, EPOCH_US(i.first_seen) AS first_seen, is_junk AS is_junk
FROM known i
JOIN kinds k ON k.name = i.id_type
