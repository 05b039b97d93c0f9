-- Which part of a channel's exposures in the window each segment has.
WITH shown AS (
    SELECT user_id, channel
    FROM contacts
    WHERE is_exposure AND us >= $start_us
),
everybody AS (
    SELECT channel, CAST(COUNT(*) AS DOUBLE) AS touches
    FROM shown
    GROUP BY channel
)
SELECT s.segment_kind, s.segment, t.channel, CAST(COUNT(*) AS DOUBLE) / MAX(e.touches) AS part
FROM shown t
JOIN segments s ON s.user_id = t.user_id
JOIN everybody e ON e.channel = t.channel
GROUP BY s.segment_kind, s.segment, t.channel
