-- Those who could have been let into a test, as if their first moment at the entry had been an exposure; and their last one.
SELECT user_id, MIN(exposed) AS ts, MAX(exposed) AS last_at, 'plan' AS experiment, 'all' AS variant
FROM entries
WHERE user_id IS NOT NULL AND moment >= span_start AND moment < span_end
GROUP BY user_id
