-- Every event of the people of a test near enough to the exposure to matter, with the microseconds since it.
SELECT p.user_id, EPOCH_US(e.ts) - p.exposed_us AS since, e.event
FROM people p JOIN events e ON e.user_id = p.user_id
WHERE EPOCH_US(e.ts) >= p.exposed_us - $before AND EPOCH_US(e.ts) < p.exposed_us + $after
