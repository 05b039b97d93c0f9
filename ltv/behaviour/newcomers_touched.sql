-- People of a branch who were touched on day 2 and on day 3, by channel and kind of touch.
SELECT branch, day, channel, kind, CAST(COUNT(DISTINCT user_id) AS BIGINT) AS reached
FROM (
    SELECT p.branch, p.user_id, t.channel, t.kind, p.touched_day_2, p.touched_day_3,
           CASE WHEN t.at_us >= c.registered_us + $two_from AND t.at_us < c.registered_us + $two_until THEN 2
                WHEN t.at_us >= c.registered_us + $three_from AND t.at_us < c.registered_us + $three_until THEN 3 END AS day
    FROM (SELECT user_id, EPOCH_US(ts) AS at_us, COALESCE(channel, '') AS channel, COALESCE(kind, '') AS kind FROM touches) t
    JOIN clock c ON c.user_id = t.user_id
    JOIN people p ON p.user_id = t.user_id
    WHERE p.branch <> 'open'
) r
WHERE (day = 2 AND touched_day_2 = 1) OR (day = 3 AND touched_day_3 = 1)
GROUP BY branch, day, channel, kind
ORDER BY branch, day, channel, kind
