-- Rows that keep the contract and came once.
SELECT * FROM staged s
WHERE _check IS NULL AND NOT EXISTS (SELECT 1 FROM repeats r WHERE r._number = s._number)
