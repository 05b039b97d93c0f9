-- The days on which people of a test were there, counted in whole days of 24 hours from the exposure (-1 is the day before).
SELECT user_id, day, day * CAST(86400000000 AS BIGINT) AS since
FROM (
    SELECT user_id, CASE WHEN since >= 0 THEN since // CAST(86400000000 AS BIGINT) ELSE (since + 1) // CAST(86400000000 AS BIGINT) - 1 END AS day
    FROM moments
) counted
GROUP BY user_id, day
