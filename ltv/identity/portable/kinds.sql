-- Kinds of identifiers that occur.
SELECT DISTINCT id_type FROM identifiers ORDER BY id_type
