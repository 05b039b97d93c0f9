-- What stands in the touches: rows by channel, campaign and kind, and what speaks against using them.
SELECT channel, campaign, kind, is_known, is_in_time, CAST(COUNT(*) AS BIGINT) AS touches
FROM (
    SELECT channel, campaign, kind, user_id IS NOT NULL AS is_known, COALESCE(ts >= $since AND ts < $until, FALSE) AS is_in_time
    FROM told
) t
GROUP BY channel, campaign, kind, is_known, is_in_time
ORDER BY channel, campaign, kind, is_known, is_in_time
