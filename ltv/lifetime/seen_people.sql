-- Everybody who has registered or ordered before the cutoff, with the days of the window in which they could be observed.
SELECT user_id,
       MIN(CASE WHEN kind = 'registered' THEN us END) AS registered_us,
       CASE WHEN MIN(CASE WHEN kind = 'registered' THEN us END) >= $from_us THEN 1 ELSE 0 END AS saw_registration,
       CAST($cutoff_us - MIN(CASE WHEN kind <> 'seen' THEN us END) AS DOUBLE) / 86400000000 AS known_days,
       CAST($cutoff_us - GREATEST(MIN(us), $from_us) AS DOUBLE) / 86400000000 AS observed_days
FROM signs
WHERE user_id IS NOT NULL AND us < $cutoff_us
GROUP BY user_id
HAVING MAX(CASE WHEN kind <> 'seen' THEN 1 ELSE 0 END) = 1
