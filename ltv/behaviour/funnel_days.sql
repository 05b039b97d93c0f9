-- People who started on a day, and those of them whom a start of that day brought to the last step within the window.
-- `done` has rows of the last step with the latest start they go back to: every start before that one leads there too.
SELECT day, CAST(COUNT(*) AS BIGINT) AS entrants, CAST(SUM(is_converted) AS BIGINT) AS converted
FROM (
    SELECT s.user_id, d.day, MAX(CASE WHEN e.user_id IS NULL THEN 0 ELSE 1 END) AS is_converted
    FROM starts s
    JOIN days d ON s.at >= d.begins AND s.at < d.ends
    LEFT JOIN done e ON e.user_id = s.user_id AND s.place <= e.start AND e.at - s.at <= $window
    GROUP BY s.user_id, d.day
)
GROUP BY day
ORDER BY day
