-- From when until before when a person is in which state; a person is active on a day with activity in the `window_days` days up to it.
SELECT user_id, 'new' AS state, first_day AS begins, first_day + window_days AS ends
FROM islands WHERE last_before IS NULL
UNION ALL
SELECT user_id, 'retained' AS state, first_day + window_days AS begins, last_day + window_days AS ends
FROM islands WHERE last_day > first_day
UNION ALL
SELECT user_id, 'retained' AS state, first_day AS begins, LEAST(last_before + 2 * window_days, first_day + window_days) AS ends
FROM islands WHERE last_before + 2 * window_days > first_day
UNION ALL
SELECT user_id, 'resurrected' AS state, GREATEST(first_day, last_before + 2 * window_days) AS begins, first_day + window_days AS ends
FROM islands WHERE last_before IS NOT NULL AND last_before + window_days < first_day
UNION ALL
SELECT user_id, 'dormant' AS state, last_day + window_days AS begins, LEAST(last_day + 2 * window_days, COALESCE(next_first, last_day + 2 * window_days)) AS ends
FROM islands
