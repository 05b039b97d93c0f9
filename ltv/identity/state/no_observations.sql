-- Distinct observations of two identifiers, the smaller number first; those with oneself or junk are no evidence.
SELECT CAST(0 AS BIGINT) AS low, CAST(0 AS BIGINT) AS high, CAST(0 AS BIGINT) AS ts, FALSE AS evidence WHERE FALSE
