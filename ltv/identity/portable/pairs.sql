-- Pairs that are evidence.
SELECT p.low, p.high, p.times, p.first_at
FROM observed_pairs p
WHERE NOT EXISTS (SELECT 1 FROM crowded c WHERE c.node = p.low)
  AND NOT EXISTS (SELECT 1 FROM crowded c WHERE c.node = p.high)
