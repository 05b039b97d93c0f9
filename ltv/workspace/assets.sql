-- Counts of each source system in a table: rows, people, latest time. Filled cells are counted per variety of row.
SELECT source,
       CAST(COUNT(*) AS BIGINT) AS n,
       CAST(COUNT(DISTINCT person) AS BIGINT) AS users,
       COUNT(person) / CAST(COUNT(*) AS DOUBLE) AS id_coverage,
       MAX(moment) AS latest
FROM (SELECT source_name AS source, person_id AS person, time_column AS moment FROM rows)
GROUP BY source
ORDER BY source
