-- Counts of each source system in a table: rows, people, filled cells, latest time.
SELECT source,
       CAST(COUNT(*) AS BIGINT) AS n,
       CAST(COUNT(DISTINCT person) AS BIGINT) AS users,
       SUM(cells) / CAST(COUNT(*) * fields AS DOUBLE) AS field_coverage,
       COUNT(person) / CAST(COUNT(*) AS DOUBLE) AS id_coverage,
       MAX(moment) AS latest
FROM (SELECT source_name AS source, cell_count AS cells, person_id AS person, time_column AS moment FROM rows)
GROUP BY source
ORDER BY source
