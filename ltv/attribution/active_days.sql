-- The first event of each person on each day.
SELECT user_id, MIN(EPOCH_US(ts)) AS us
FROM events
WHERE user_id IS NOT NULL AND ts >= $start AND ts < $until
GROUP BY user_id, local_day
