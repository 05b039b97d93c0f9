-- Rows put aside, each with its file, its line and the rule it breaks.
SELECT table_name AS "table", s._file AS "file", s._line AS "line", source_name AS "source", m."column" AS "column", m."rule" AS "rule",
       JSON_EXTRACT_STRING(s._row, m."column") AS "found", m.allowed AS "allowed", s._row AS "row"
FROM staged s JOIN marks m ON m.number = s._check
UNION ALL
SELECT table_name, r._file, r._line, source_name, NULL, r.fate, NULL, 'one row a key, or a later updated_at', CAST(TO_JSON(s) AS VARCHAR)
FROM repeats r JOIN staged s ON r._file = s._file AND r._line = s._line
WHERE r.fate = 'key_conflict'
UNION ALL
SELECT table_name, b."file", b."line", NULL, NULL, b."rule", b."row", b.allowed, b."row" FROM "bad lines" b
