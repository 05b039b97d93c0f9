-- The identifiers of the inputs with their numbers, from the oldest.
SELECT user_id AS node, id_type, id_value, first_seen FROM ids ORDER BY user_id
