-- People first exposed to a test before it began or after it let people in, and exposures of nobody known.
SELECT COUNT(CASE WHEN exposed_at < $start THEN 1 END) AS too_early,
       COUNT(CASE WHEN exposed_at >= $after THEN 1 END) AS too_late,
       (SELECT COUNT(*) FROM exposures WHERE experiment = $experiment AND user_id IS NULL) AS anonymous
FROM first_exposures
WHERE experiment = $experiment
