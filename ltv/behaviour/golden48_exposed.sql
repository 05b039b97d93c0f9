-- Who met the experiment of a launch in its first hours: the first exposure of a person to it counts, whenever it was.
SELECT t.cell, f.user_id, f.from_us, t.until_us, f.arm
FROM (
    SELECT experiment, user_id, from_us, arm
    FROM (
        SELECT e.experiment, e.user_id, EPOCH_US(e.ts) AS from_us, a.arm,
               ROW_NUMBER() OVER (PARTITION BY e.experiment, e.user_id ORDER BY e.ts, e.variant) AS place
        FROM exposures e JOIN arms a ON a.experiment = e.experiment AND a.variant = e.variant
        WHERE e.user_id IS NOT NULL
    ) met
    WHERE place = 1
) f
JOIN tested t ON t.experiment = f.experiment AND f.from_us >= t.begin_us AND f.from_us < t.until_us
