-- How many acts are left out since nobody is called anything.
SELECT CAST(COUNT(*) AS BIGINT) AS n
FROM (SELECT user_id, kind FROM acts WHERE kind <> 'purchase' UNION ALL SELECT user_id, 'purchase' AS kind FROM bought) AS did
JOIN kinds ON kinds.kind = did.kind
LEFT JOIN names ON names.user_id = did.user_id
WHERE names.name IS NULL
