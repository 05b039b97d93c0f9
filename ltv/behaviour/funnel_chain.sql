SELECT user_id, depth, CAST(0 AS INT) AS step, start AS place, start_at AS at, start_at AS before FROM deepest
