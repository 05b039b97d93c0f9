-- Who was seen with whom, and when: a link with itself or with junk is no evidence, a second delivery adds none.
SELECT DISTINCT LEAST(l._node, l._linked_node) AS low, GREATEST(l._node, l._linked_node) AS high, l.ts
FROM links l
WHERE l.ts < $as_of
  AND l._node <> l._linked_node
  AND NOT EXISTS (SELECT 1 FROM nodes j WHERE j.is_junk AND j.node = l._node)
  AND NOT EXISTS (SELECT 1 FROM nodes j WHERE j.is_junk AND j.node = l._linked_node)
