-- Counts of each source system; lines that are not even rows belong to the unknown one.
SELECT source,
       COUNT(*) FILTER (WHERE fate = 'accepted') AS accepted,
       COUNT(*) FILTER (WHERE fate = 'duplicate') AS duplicates,
       COUNT(*) FILTER (WHERE fate IN ('key_conflict', 'quarantined')) AS quarantined
FROM (
    SELECT source_name AS source,
           CASE WHEN s._check IS NULL THEN COALESCE(r.fate, 'accepted') ELSE 'quarantined' END AS fate
    FROM staged s LEFT JOIN repeats r ON r._number = s._number
    UNION ALL
    SELECT unknown_source, 'quarantined' FROM "bad lines"
) counted
GROUP BY source ORDER BY source
