-- Who gets nothing from a channel and who could have: the first exposure of a person counts.
SELECT e.user_id, c.channel, MIN(CASE WHEN e.variant = 'holdout' THEN 1 ELSE 0 END) AS held, MAX(CASE WHEN e.variant = 'holdout' THEN 1 ELSE 0 END) AS any_held, MIN(EPOCH_US(e.ts)) AS us
FROM exposures e
JOIN codes c ON c.experiment = e.experiment
WHERE e.user_id IS NOT NULL
GROUP BY e.user_id, c.channel
