-- What is known of each person: 1 yes, 0 no, -1 where a day of the window has no data at all, NULL while the window is not over.
-- `path` is where the first order lies, `branch` the same once the first hours are over.
SELECT c.user_id, c.week, c.order_week, c.path,
       CASE WHEN c.registered_us + $branch_us > $as_of_us THEN 'open' ELSE c.path END AS branch,
       CASE WHEN c.registered_us + $two_until <= $as_of_us
            THEN CASE WHEN c.registered_us + $two_until <= k2.end_us THEN COALESCE(a.on_two, 0) ELSE -1 END END AS active_day_2,
       CASE WHEN c.registered_us + $three_until <= $as_of_us
            THEN CASE WHEN c.registered_us + $three_until <= k3.end_us THEN COALESCE(a.on_three, 0) ELSE -1 END END AS active_day_3,
       CASE WHEN c.registered_us + $weeks_until <= $as_of_us
            THEN CASE WHEN c.registered_us + $weeks_until <= k8.end_us THEN COALESCE(a.in_weeks, 0) ELSE -1 END END AS active_days_8_30,
       CASE WHEN c.registered_us + $two_until <= $as_of_us
            THEN CASE WHEN c.registered_us + $two_from >= $sent_us THEN COALESCE(t.on_two, 0) ELSE -1 END END AS touched_day_2,
       CASE WHEN c.registered_us + $three_until <= $as_of_us
            THEN CASE WHEN c.registered_us + $three_from >= $sent_us THEN COALESCE(t.on_three, 0) ELSE -1 END END AS touched_day_3,
       CASE WHEN c.registered_us + $week_us <= $as_of_us
            THEN CASE WHEN c.first_us < c.registered_us + $week_us THEN 1 ELSE 0 END END AS ordered_by_day_7,
       CASE WHEN c.registered_us + $weeks_until <= $as_of_us
            THEN CASE WHEN c.first_us < c.registered_us + $weeks_until THEN 1 ELSE 0 END END AS ordered_by_day_30,
       CASE WHEN c.registered_us + $value_us <= $as_of_us THEN 0 END AS value_7_days,
       CASE WHEN c.registered_us + $value_us <= $as_of_us THEN COALESCE(s.value, CAST(0 AS DECIMAL(18, 6))) END AS value,
       CASE WHEN c.first_us + $silent_until <= $as_of_us
            THEN CASE WHEN c.first_us + $silent_until <= k5.end_us THEN 1 - COALESCE(a.in_silent, 0) ELSE -1 END END AS silent,
       CASE WHEN c.first_us + $again_until <= $as_of_us THEN COALESCE(s.again, 0) END AS repurchase
FROM clock c
LEFT JOIN (
    SELECT user_id, MAX(on_two) AS on_two, MAX(on_three) AS on_three, MAX(in_weeks) AS in_weeks, MAX(in_silent) AS in_silent
    FROM acts GROUP BY user_id
) a ON a.user_id = c.user_id
LEFT JOIN touched t ON t.user_id = c.user_id
LEFT JOIN spent s ON s.user_id = c.user_id
LEFT JOIN runs k2 ON c.registered_us + $two_from >= k2.begin_us AND c.registered_us + $two_from < k2.end_us
LEFT JOIN runs k3 ON c.registered_us + $three_from >= k3.begin_us AND c.registered_us + $three_from < k3.end_us
LEFT JOIN runs k8 ON c.registered_us + $weeks_from >= k8.begin_us AND c.registered_us + $weeks_from < k8.end_us
LEFT JOIN runs k5 ON c.first_us + $silent_from >= k5.begin_us AND c.first_us + $silent_from < k5.end_us
