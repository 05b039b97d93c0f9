-- Identifiers that occur in a table.
SELECT DISTINCT kind AS id_type, value AS id_value FROM rows WHERE kind IS NOT NULL AND value IS NOT NULL
