-- From when to when an identifier is whose.
SELECT CAST(0 AS BIGINT) AS node, CAST(0 AS BIGINT) AS since, CAST(0 AS BIGINT) AS until, CAST(0 AS BIGINT) AS person,
       CAST(0 AS DOUBLE) AS confidence, CAST(0 AS BIGINT) AS rule
WHERE FALSE
