SELECT CAST(0 AS BIGINT) AS user_id, '' AS segment_kind, '' AS segment WHERE FALSE
