-- The identifiers of the inputs with their numbers, from the oldest.
SELECT l.user_id AS node, s.id_type, s.id_value, s.first_seen
FROM seen s
JOIN ledger l ON l.id_type = s.id_type AND l.id_value = s.id_value
ORDER BY l.user_id
