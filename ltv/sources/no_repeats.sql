-- A table without a key keeps identical rows.
SELECT CAST(0 AS BIGINT) AS _number, '' AS fate WHERE FALSE
