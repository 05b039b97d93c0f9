-- People by the stretch of the slot in which they came first.
SELECT launch, slot, stretch, CAST(COUNT(*) AS DOUBLE) AS amount
FROM (
    SELECT launch, slot, stretch_of AS stretch
    FROM (
        SELECT launch, slot, user_id, MIN(elapsed) AS elapsed FROM placed WHERE part = $part
        GROUP BY launch, slot, user_id
    ) firsts
) stretches
GROUP BY launch, slot, stretch
