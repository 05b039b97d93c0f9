-- What identifiers seen before an instant are called, from the oldest number.
SELECT node, id_type, id_value, EPOCH_US(first_seen) AS first_seen
FROM identifiers
WHERE first_seen < $as_of
ORDER BY node
