-- When something first happened to each person, before an instant.
SELECT CAST(user_id AS BIGINT) AS user_id, MIN(EPOCH_US(moment)) AS us
FROM rows
WHERE user_id IS NOT NULL AND counts AND moment < $as_of
GROUP BY CAST(user_id AS BIGINT)
ORDER BY user_id
