-- The rows packed for the embedded engine: person counted from the lowest number; time, step and source in one whole number.
SELECT CAST(r.user_id - $low AS INT) AS person, r.at * 4096 + r.step * 256 + s.code AS key
FROM rows r JOIN sources s ON s.source = r.source
