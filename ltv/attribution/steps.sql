-- Each touch with the channel before it and after it in its walk: -1 where a walk begins; -1 where it ends in a conversion, -2 where
-- it ends without. A walk without a conversion ends where nothing follows within the lookback.
SELECT user_id, CASE WHEN walk % 2 = 1 THEN walk // 2 END AS conversion_id,
       CASE WHEN walk_before = walk AND (walk % 2 = 1 OR us - us_before <= lookback_us) THEN channel_before ELSE -1 END AS before, channel,
       CASE WHEN walk_after = walk AND (walk % 2 = 1 OR us_after - us <= lookback_us) THEN channel_after
            WHEN walk % 2 = 1 THEN -1 ELSE -2 END AS after
FROM (
    SELECT user_id, walk, us, channel, LAG(walk) OVER w AS walk_before, LAG(us) OVER w AS us_before, LAG(channel) OVER w AS channel_before,
           LEAD(walk) OVER w AS walk_after, LEAD(us) OVER w AS us_after, LEAD(channel) OVER w AS channel_after
    FROM walks
    WINDOW w AS (PARTITION BY user_id ORDER BY us, campaign)
) s
