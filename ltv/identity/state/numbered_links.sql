-- Links by the numbers of their identifiers.
SELECT a.user_id AS _node, b.user_id AS _linked_node, s.ts
FROM said s
JOIN ids a ON a.id_type = s.id_type AND a.id_value = s.id_value
JOIN ids b ON b.id_type = s.linked_type AND b.id_value = s.linked_value
