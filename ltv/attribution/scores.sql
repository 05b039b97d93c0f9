-- The last score of each person that is no later than the day; one without a day of its own is of this one.
SELECT user_id, COALESCE(expected, 0) AS expected
FROM told
WHERE horizon_days = $horizon_days AND user_id IS NOT NULL AND COALESCE(day, $last_day) <= $last_day
QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY COALESCE(day, $last_day) DESC, COALESCE(expected, 0) DESC) = 1
