-- The ledger of a workspace that has none yet.
SELECT '' AS id_type, '' AS id_value, CAST(0 AS BIGINT) AS user_id WHERE FALSE
