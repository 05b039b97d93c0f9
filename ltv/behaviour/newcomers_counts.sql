-- Everybody of a segment, cohort and branch to whom a measure applies; those of whom it is known, those of them who did, those without data.
SELECT clock AS clock, measure AS measure, segment_kind, segment, cohort, branch,
       CAST(SUM(CASE WHEN applies THEN people ELSE 0 END) AS BIGINT) AS everybody,
       CAST(SUM(CASE WHEN applies AND outcome >= 0 THEN people ELSE 0 END) AS BIGINT) AS people,
       CAST(SUM(CASE WHEN applies AND outcome = 1 THEN people ELSE 0 END) AS BIGINT) AS hits,
       CAST(SUM(CASE WHEN applies AND outcome = -1 THEN people ELSE 0 END) AS BIGINT) AS no_data,
       CAST(SUM(CASE WHEN outcome >= 0 THEN total END) AS DOUBLE) AS total,
       CAST(SUM(CASE WHEN outcome >= 0 THEN squares END) AS DOUBLE) AS squares
FROM patterns
GROUP BY segment_kind, segment, cohort, branch
