-- The cohort of each person and the very moment from which whole days (or weeks) of 24 hours are counted.
SELECT user_id, MIN(bucket) AS cohort, MIN(moment) AS started_at FROM starts WHERE user_id IS NOT NULL AND is_start GROUP BY user_id
