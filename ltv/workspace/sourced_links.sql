-- Links known at an instant by the numbers of their identifiers, with the system that saw them.
SELECT _node AS one, _linked_node AS other, EPOCH_US(ts) AS ts, COALESCE(source, '') AS source
FROM links
WHERE ts < $as_of AND _node IS NOT NULL AND _linked_node IS NOT NULL
