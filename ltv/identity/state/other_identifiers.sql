-- Identifiers that the state does not know, or knows with another first moment.
WITH known AS (
    SELECT node, id_type, id_value, EPOCH_US(first_seen) AS first_seen, plain AS plain_value
    FROM identifiers
    WHERE first_seen < $as_of
), said AS (
    SELECT node, id_type, id_value, first_seen, is_junk AS junk FROM known
)
SELECT s.node, s.id_type, s.id_value, s.first_seen, s.junk
FROM said s
LEFT JOIN nodes n ON n.node = s.node
WHERE n.node IS NULL OR n.first_seen <> s.first_seen
