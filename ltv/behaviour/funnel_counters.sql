-- Events by step, source and status: a counter counts events, not people, and those of nobody known too.
SELECT s.step, s.event, origin AS source, state AS status, CAST(COUNT(*) AS BIGINT) AS events
FROM acts JOIN steps s ON s.event = what
WHERE moment < $as_of AND is_counted
GROUP BY s.step, s.event, origin, state
