-- Identifiers seen before an instant, with what their kind means.
WITH known AS (
    SELECT node, id_type, id_value, first_seen, plain AS plain_value FROM identifiers WHERE first_seen < $as_of
)
SELECT i.node, i.id_type, i.id_value, i.first_seen, is_junk AS is_junk, k.account_limit, k.max_neighbours, k.is_passed_on
FROM known i
JOIN kinds k ON k.id_type = i.id_type
