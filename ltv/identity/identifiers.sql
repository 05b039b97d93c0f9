-- Identifiers that occur in a table, each with the moment it was first seen there.
SELECT kind AS id_type, value AS id_value, MIN(moment) AS first_seen
FROM rows
WHERE kind IS NOT NULL AND value IS NOT NULL
GROUP BY 1, 2
