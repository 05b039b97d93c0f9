-- Identifiers seen before an instant.
SELECT node, id_type, EPOCH_US(first_seen) AS first_seen, is_junk AS is_junk
FROM identifiers
WHERE first_seen < $as_of
