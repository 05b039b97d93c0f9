-- One row a person: how deep, entered when and in which source (of several at that moment the first by name), the last step when.
SELECT d.user_id, scope AS is_closed, d.depth, d.start_at AS entered, h.at AS last_at, MIN(r.source) AS source
FROM deepest d
JOIN rows r ON r.user_id = d.user_id AND r.place = d.start AND r.step = 0
JOIN hops h ON h.user_id = d.user_id AND h.step = d.depth
GROUP BY d.user_id, d.depth, d.start_at, h.at
