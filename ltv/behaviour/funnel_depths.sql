-- Everybody who reaches a step, with the latest start from which it is reached.
SELECT user_id, CAST($depth AS INT) AS depth, MAX(start) AS start, MAX(start_at) AS start_at
FROM reached
GROUP BY user_id
