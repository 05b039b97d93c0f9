-- Where each identifier stands in the graph.
SELECT CAST(0 AS BIGINT) AS node, FALSE AS hub, CAST(0 AS BIGINT) AS met, CAST(0 AS BIGINT) AS component,
       CAST(0 AS BIGINT) AS person, FALSE AS owned
WHERE FALSE
