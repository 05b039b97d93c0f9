-- The first exposure of every person to every experiment; where several variants were shown at that moment the first by name counts.
SELECT e.experiment, e.user_id, f.exposed_at, MIN(e.variant) AS variant, f.in_several
FROM exposures e
JOIN (
    SELECT experiment, user_id, MIN(ts) AS exposed_at, MIN(variant) <> MAX(variant) AS in_several
    FROM exposures
    WHERE user_id IS NOT NULL
    GROUP BY experiment, user_id
) f ON f.experiment = e.experiment AND f.user_id = e.user_id AND f.exposed_at = e.ts
GROUP BY e.experiment, e.user_id, f.exposed_at, f.in_several
