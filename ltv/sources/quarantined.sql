-- Rows put aside, each with its file, its line and the rule it breaks.
SELECT table_name AS "table", s._file AS "file", s._line AS "line", source_name AS "source", m."column" AS "column", m."rule" AS "rule",
       JSON_EXTRACT_STRING(s._row, m."column") AS "found", m.allowed AS "allowed", CAST(s._row AS VARCHAR) AS "row"
FROM staged s JOIN marks m ON m.number = s._check
UNION ALL
SELECT table_name, s._file, s._line, source_name, key_columns, r.fate, key_values,
       'one row a key, or a later updated_at', CAST(TO_JSON(s) AS VARCHAR)
FROM repeats r JOIN staged s ON r._number = s._number
WHERE r.fate = 'key_conflict'
UNION ALL
SELECT table_name, b."file", b."line", unknown_source, NULL, b."rule", b."row", b.allowed, b."row" FROM "bad lines" b
