-- How many whole spans of time after the person's start each activity lies.
SELECT a.user_id, (EPOCH_US(a.happened_at) - EPOCH_US(s.started_at)) // span AS place
FROM (SELECT user_id, moment AS happened_at FROM activity WHERE is_activity) a JOIN starts s ON s.user_id = a.user_id
WHERE a.happened_at >= s.started_at
