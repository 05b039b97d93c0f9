-- Identifiers that were seen with one of a person's and are not this person's, or only some of the time; and why.
WITH own AS (
    SELECT DISTINCT node FROM user_ids WHERE user_id = $user_id
), met AS (
    SELECT e.high AS node, e.low AS own_node, e.times, e.first_time, e.last_time, e.verdict,
           e.high_neighbours AS neighbours, e.high_in_turn AS in_turn
    FROM evidence e
    JOIN own o ON o.node = e.low
    WHERE e.verdict <> 'joined'
    UNION ALL
    SELECT e.low, e.high, e.times, e.first_time, e.last_time, e.verdict, e.low_neighbours, e.low_in_turn
    FROM evidence e
    JOIN own o ON o.node = e.high
    WHERE e.verdict <> 'joined' AND e.low <> e.high
), whose AS (
    SELECT u.node, MIN(u.user_id) AS user_id, CAST(COUNT(DISTINCT u.user_id) AS BIGINT) AS people
    FROM user_ids u
    JOIN (SELECT DISTINCT node FROM met) m ON m.node = u.node
    WHERE u.rule <> 'nobody'
    GROUP BY u.node
), wanted AS (
    SELECT node FROM met UNION SELECT own_node FROM met
), names AS (
    SELECT node, MIN(id_type) AS id_type, MIN(id_value) AS id_value
    FROM (
        SELECT l._node AS node, l.id_type, l.id_value FROM links l JOIN wanted w ON w.node = l._node
        UNION ALL
        SELECT l._linked_node, l.linked_type, l.linked_value FROM links l JOIN wanted w ON w.node = l._linked_node
    ) occurring
    GROUP BY node
)
SELECT n.id_type, n.id_value,
       CASE WHEN m.verdict IN ('in_turn', 'of_nobody') AND m.in_turn = 0 THEN 'met_on_shared'
            WHEN m.verdict = 'of_nobody' THEN 'in_turn'
            ELSE m.verdict END AS reason,
       s.id_type AS seen_with, s.id_value AS seen_with_value, m.times, m.first_time, m.last_time,
       m.neighbours, COALESCE(w.people, 0) AS people,
       CASE WHEN w.people = 1 AND m.in_turn = 0 THEN w.user_id END AS other_user_id
FROM met m
JOIN names n ON n.node = m.node
JOIN names s ON s.node = m.own_node
LEFT JOIN whose w ON w.node = m.node
WHERE m.verdict = 'with_itself' OR m.in_turn = 1 OR w.user_id IS NULL OR w.people > 1 OR w.user_id <> $user_id
ORDER BY m.times DESC, m.node, m.own_node
