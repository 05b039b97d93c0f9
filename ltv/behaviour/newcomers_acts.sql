-- Whether somebody was there on day 2, on day 3 and in the weeks after them (since the registration), and in the days in which
-- people fall silent (since the first order).
SELECT user_id,
       MAX(CASE WHEN since >= $two_from AND since < $two_until THEN 1 ELSE 0 END) AS on_two,
       MAX(CASE WHEN since >= $three_from AND since < $three_until THEN 1 ELSE 0 END) AS on_three,
       MAX(CASE WHEN since >= $weeks_from AND since < $weeks_until THEN 1 ELSE 0 END) AS in_weeks,
       MAX(CASE WHEN since_order >= $silent_from AND since_order < $silent_until THEN 1 ELSE 0 END) AS in_silent
FROM (
    SELECT c.user_id, EPOCH_US(a.happened_at) - c.registered_us AS since, EPOCH_US(a.happened_at) - c.first_us AS since_order
    FROM (SELECT user_id, moment AS happened_at FROM acts WHERE is_act) a JOIN clock c ON c.user_id = a.user_id
) t
WHERE (since >= $two_from AND since < $weeks_until) OR (since_order >= $silent_from AND since_order < $silent_until)
GROUP BY user_id
