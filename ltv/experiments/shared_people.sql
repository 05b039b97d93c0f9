-- People who are in two tests at once, by the variants they are in.
SELECT a.experiment AS one, b.experiment AS other, a.variant AS one_variant, b.variant AS other_variant, COUNT(*) AS people
FROM first_exposures a
JOIN first_exposures b ON b.user_id = a.user_id AND a.experiment < b.experiment
WHERE a.user_id % $every = 0 AND b.user_id % $every = 0
GROUP BY a.experiment, b.experiment, a.variant, b.variant
