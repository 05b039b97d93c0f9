-- Tells whether identifiers seen before a moment are still the same ones: their number and two sums.
SELECT CAST(COUNT(*) AS BIGINT) AS n,
       CAST(COALESCE(SUM(CAST(EPOCH_US(first_seen) AS DECIMAL(38, 0))), 0) AS VARCHAR) AS moments,
       CAST(COALESCE(SUM(CAST(node % 1000003 * (EPOCH_US(first_seen) % 1000003) AS DECIMAL(38, 0))), 0) AS VARCHAR) AS mixed
FROM identifiers
WHERE first_seen < $before
