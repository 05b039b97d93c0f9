-- Rows that keep the contract and came once.
SELECT * FROM staged s
WHERE _check IS NULL AND NOT EXISTS (SELECT 1 FROM repeats r WHERE r._file = s._file AND r._line = s._line)
