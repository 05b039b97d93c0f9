-- What is known of each member that does not change from day to day.
SELECT CAST(user_id AS BIGINT) AS user_id, MIN(city) AS city, MIN(channel) AS channel, MIN(level) AS level
FROM members
WHERE user_id IS NOT NULL
GROUP BY CAST(user_id AS BIGINT)
ORDER BY user_id
