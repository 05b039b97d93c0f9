-- Distinct observations of a span of time.
SELECT DISTINCT CASE WHEN _node < _linked_node THEN _node ELSE _linked_node END AS low,
       CASE WHEN _node < _linked_node THEN _linked_node ELSE _node END AS high,
       EPOCH_US(ts) AS ts
FROM links
WHERE ts >= $since AND ts < $as_of AND _node IS NOT NULL AND _linked_node IS NOT NULL
