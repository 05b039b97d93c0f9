-- The days on which people of a table were there, within bounds.
SELECT DISTINCT CAST(person AS BIGINT) AS user_id, day_number AS n
FROM rows
WHERE person IS NOT NULL AND day_number >= $since AND day_number <= $until
