-- The cohort of each person: the bucket of the first time.
SELECT user_id, MIN(bucket) AS cohort FROM starts WHERE user_id IS NOT NULL AND is_start GROUP BY user_id
