-- Counts of each source system.
SELECT source_name AS source,
       COUNT(*) FILTER (WHERE s._check IS NULL AND r.fate IS NULL) AS accepted,
       COUNT(*) FILTER (WHERE r.fate = 'duplicate') AS duplicates,
       COUNT(*) FILTER (WHERE s._check IS NOT NULL OR r.fate = 'key_conflict') AS quarantined
FROM staged s LEFT JOIN repeats r ON r._file = s._file AND r._line = s._line
GROUP BY ALL ORDER BY 1
