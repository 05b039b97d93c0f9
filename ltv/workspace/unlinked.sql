-- Links of a workspace that has none.
SELECT CAST(0 AS BIGINT) AS _node, CAST(0 AS BIGINT) AS _linked_node, '' AS id_type, '' AS id_value,
       '' AS linked_type, '' AS linked_value, '' AS source, CAST(NULL AS TIMESTAMP) AS ts
WHERE FALSE
