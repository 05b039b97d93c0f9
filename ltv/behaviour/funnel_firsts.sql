-- When each person first did it.
SELECT who AS user_id, MIN(EPOCH_US(moment)) AS at FROM acts WHERE who IS NOT NULL AND is_counted GROUP BY who
