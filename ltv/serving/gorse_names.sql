-- What the shop calls people: their identifiers of one kind that are theirs now, the oldest first.
SELECT user_id, id_value, ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY valid_from, id_value) AS place
FROM user_ids
WHERE id_type = $id_type AND valid_to IS NULL AND user_id IS NOT NULL
