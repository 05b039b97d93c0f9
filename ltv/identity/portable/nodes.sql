-- Identifiers seen before an instant, with what their kind means.
SELECT i.node, i.id_type, i.id_value, i.first_seen, is_junk AS is_junk, k.account_limit, k.max_neighbours, k.is_passed_on
FROM identifiers i
JOIN kinds k ON k.id_type = i.id_type
WHERE i.first_seen < $as_of
