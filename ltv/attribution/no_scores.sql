-- Nobody is scored.
SELECT CAST(0 AS BIGINT) AS user_id, CAST(0 AS DOUBLE) AS expected WHERE FALSE
