-- The same where sources are not asked for.
SELECT CAST(r.user_id - $low AS INT) AS person, r.at * 4096 + r.step * 256 AS key FROM rows r
