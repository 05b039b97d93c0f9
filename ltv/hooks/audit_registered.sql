-- When each person registered, in microseconds.
SELECT user_id, MIN(EPOCH_US(registered_at)) AS registered_us FROM members WHERE user_id IS NOT NULL AND registered_at IS NOT NULL GROUP BY user_id
