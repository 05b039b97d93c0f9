-- Every row that is a step: whose, when (microseconds), which step, in which source. A name that is two steps gives two rows.
SELECT who AS user_id, EPOCH_US(moment) AS at, CAST(s.step AS INT) AS step, origin AS source, identity AS event_id
FROM acts JOIN steps s ON s.event = what
WHERE who IS NOT NULL AND moment < known_before AND is_counted
