-- Who met the experiment of a launch in its first hours: the first exposure of a person counts.
SELECT cell, user_id, from_us, until_us, CASE WHEN variant = control THEN 0 ELSE 1 END AS arm
FROM (
    SELECT l.cell, e.user_id, EPOCH_US(e.ts) AS from_us, l.until_us, e.variant, l.control,
           ROW_NUMBER() OVER (PARTITION BY l.cell, e.user_id ORDER BY e.ts, e.variant) AS place
    FROM exposures e JOIN tested l ON l.experiment = e.experiment
    WHERE e.user_id IS NOT NULL AND EPOCH_US(e.ts) >= l.begin_us AND EPOCH_US(e.ts) < l.until_us
) met
WHERE place = 1
