SELECT '' AS id_type, '' AS id_value, CAST(NULL AS TIMESTAMP) AS first_seen WHERE FALSE
