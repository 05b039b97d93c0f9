-- The identifiers that occur with their numbers: known ones keep theirs, new ones go on counting from the one that was seen first, so that any order of the same input gives the same numbers.
WITH found AS (
    SELECT s.id_type, s.id_value, s.first_seen, l.user_id AS known_id
    FROM seen s
    LEFT JOIN ledger l ON l.id_type = s.id_type AND l.id_value = s.id_value
), counted AS (
    SELECT id_type, id_value, first_seen, known_id,
           ROW_NUMBER() OVER (PARTITION BY known_id IS NULL ORDER BY first_seen, id_type, id_value) AS place
    FROM found
)
SELECT id_type, id_value, first_seen, COALESCE(known_id, $known + place) AS user_id, known_id IS NULL AS is_new
FROM counted
