-- Identifiers seen first in a span of time.
WITH known AS (
    SELECT node, id_type, id_value, first_seen, plain AS plain_value
    FROM identifiers
    WHERE first_seen >= $since AND first_seen < $as_of
)
SELECT node, id_type, id_value, EPOCH_US(first_seen) AS first_seen, is_junk AS junk FROM known
