-- New identifiers go on counting from the one that was seen first, so that any order of the same input gives the same numbers.
SELECT s.id_type, s.id_value,
       (SELECT COALESCE(MAX(user_id), 0) FROM ledger) + ROW_NUMBER() OVER (ORDER BY s.first_seen, s.id_type, s.id_value) AS user_id
FROM seen s
WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.id_type = s.id_type AND l.id_value = s.id_value)
ORDER BY user_id
