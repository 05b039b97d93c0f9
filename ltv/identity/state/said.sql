-- Links of a batch as the contract has them: raw numbers hashed, and nothing without a moment or an identifier.
WITH hashed AS (
    SELECT ts, one_type AS id_type, one_value AS id_value, other_type AS linked_type, other_value AS linked_value FROM raw
)
SELECT ts, id_type, id_value, linked_type, linked_value
FROM hashed
WHERE ts IS NOT NULL
  AND id_type IS NOT NULL AND id_value IS NOT NULL
  AND linked_type IS NOT NULL AND linked_value IS NOT NULL
