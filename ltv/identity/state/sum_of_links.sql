-- Tells whether links of before a moment are still the same ones: their number and two sums.
SELECT CAST(COUNT(*) AS BIGINT) AS n,
       CAST(COALESCE(SUM(CAST(EPOCH_US(ts) AS DECIMAL(38, 0))), 0) AS VARCHAR) AS moments,
       CAST(COALESCE(SUM(CAST((_node * 31 + _linked_node) % 1000003 * (EPOCH_US(ts) % 1000003) AS DECIMAL(38, 0))), 0) AS VARCHAR) AS mixed
FROM links
WHERE ts < $before AND _node IS NOT NULL AND _linked_node IS NOT NULL
