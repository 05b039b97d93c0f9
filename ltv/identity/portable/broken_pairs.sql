-- Pairs within components that break a limit.
SELECT p.low, p.high, p.times, EPOCH_US(p.first_at) AS first_at
FROM pairs p
JOIN broken_nodes a ON a.node = p.low
JOIN broken_nodes b ON b.node = p.high
ORDER BY p.low, p.high
