-- Orders since a moment, and older ones that a charge names, as they stand at the end: the last version of each.
SELECT CAST(order_id AS VARCHAR) AS order_id, ts_us, source_name AS source, channel_name AS channel, CAST(amount AS DOUBLE) AS amount, status
FROM (
    SELECT *, EPOCH_US(ts) AS ts_us, ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY EPOCH_US(version) DESC, EPOCH_US(ts) DESC, amount) AS nth
    FROM orders
    WHERE ts < $after AND version < $after
) told
WHERE nth = 1 AND (ts >= $since OR CAST(order_id AS VARCHAR) IN (SELECT named FROM charged))
