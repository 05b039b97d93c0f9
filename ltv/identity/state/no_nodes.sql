-- Identifiers the state knows: number, what it is, first moment, and whether it stands for nobody.
SELECT CAST(0 AS BIGINT) AS node, '' AS id_type, '' AS id_value, CAST(0 AS BIGINT) AS first_seen, FALSE AS junk WHERE FALSE
