-- People by the whole days from their first order to the second, or to the end of what is known where there is none yet.
SELECT segment_kind, segment, days, is_event, CAST(COUNT(*) AS BIGINT) AS people
FROM (
    SELECT f.user_id,
           CASE WHEN s.again IS NULL THEN ($as_of_us - EPOCH_US(f.first_at)) // CAST(86400000000 AS BIGINT)
                ELSE (EPOCH_US(s.again) - EPOCH_US(f.first_at)) // CAST(86400000000 AS BIGINT) + 1 END AS days,
           s.again IS NOT NULL AS is_event
    FROM firsts f LEFT JOIN seconds s ON s.user_id = f.user_id
) r JOIN groups g ON g.user_id = r.user_id
GROUP BY segment_kind, segment, days, is_event
