-- What became of each pair of identifiers that was seen together before an instant, with how often it was.
-- Junk is what has no row in `user_ids`; `cap` is how many different others an identifier of its kind may be seen with.
WITH seen AS (
    SELECT LEAST(_node, _linked_node) AS low, GREATEST(_node, _linked_node) AS high,
           CAST(COUNT(*) AS BIGINT) AS times, MIN(ts) AS first_time, MAX(ts) AS last_time
    FROM links
    WHERE ts < $as_of AND _node IS NOT NULL AND _linked_node IS NOT NULL
    GROUP BY 1, 2
), known AS (
    SELECT node, MIN(id_type) AS id_type, MIN(user_id) AS user_id,
           MAX(CASE WHEN rule IN ('passed_on', 'last_login', 'nobody') THEN 1 ELSE 0 END) AS in_turn
    FROM user_ids
    GROUP BY node
), ends AS (
    SELECT s.low, s.high
    FROM seen s
    JOIN known a ON a.node = s.low
    JOIN known b ON b.node = s.high
    WHERE s.low <> s.high
), degrees AS (
    SELECT node, CAST(COUNT(*) AS BIGINT) AS neighbours
    FROM (SELECT low AS node FROM ends UNION ALL SELECT high AS node FROM ends) each_end
    GROUP BY node
), judged AS (
    SELECT k.node, k.user_id, k.in_turn, COALESCE(d.neighbours, 0) AS neighbours,
           CASE WHEN COALESCE(d.neighbours, 0) > cap THEN 1 ELSE 0 END AS crowded,
           CASE WHEN o.user_id IS NULL THEN 0 ELSE 1 END AS has_account
    FROM known k
    LEFT JOIN degrees d ON d.node = k.node
    LEFT JOIN (SELECT DISTINCT user_id FROM user_ids WHERE rule = 'account') o ON o.user_id = k.user_id
)
SELECT s.low, s.high, s.times, s.first_time, s.last_time,
       COALESCE(a.neighbours, 0) AS low_neighbours, COALESCE(b.neighbours, 0) AS high_neighbours,
       COALESCE(a.in_turn, 0) AS low_in_turn, COALESCE(b.in_turn, 0) AS high_in_turn,
       CASE WHEN s.low = s.high THEN 'with_itself'
            WHEN a.node IS NULL OR b.node IS NULL THEN 'with_junk'
            WHEN a.crowded = 1 OR b.crowded = 1 THEN 'too_many_neighbours'
            WHEN a.in_turn = 1 AND b.in_turn = 1 THEN 'of_nobody'
            WHEN a.in_turn = 1 AND b.has_account = 0 THEN 'of_nobody'
            WHEN b.in_turn = 1 AND a.has_account = 0 THEN 'of_nobody'
            WHEN a.in_turn = 1 OR b.in_turn = 1 THEN 'in_turn'
            WHEN a.user_id <> b.user_id THEN 'by_limit'
            ELSE 'joined' END AS verdict
FROM seen s
LEFT JOIN judged a ON a.node = s.low
LEFT JOIN judged b ON b.node = s.high
