-- What those who were lost did next: the first event after the last step they reached, within the window (of several at once the first by name).
-- Time since the step and name in one number: the least of them is the answer, and one aggregation over the log is enough.
SELECT f.depth, n.event, CAST(COUNT(*) AS BIGINT) AS people
FROM (
    SELECT p.user_id, p.depth, MIN((EPOCH_US(moment) - p.last_at) * 16384 + m.code) AS first_key
    FROM acts
    JOIN names m ON m.event = what
    JOIN people p ON p.user_id = who
    WHERE p.is_closed AND p.depth < $last AND EPOCH_US(moment) > p.last_at AND EPOCH_US(moment) <= p.entered + $window AND known
    GROUP BY p.user_id, p.depth
) f
JOIN names n ON n.code = f.first_key % 16384
GROUP BY f.depth, n.event
