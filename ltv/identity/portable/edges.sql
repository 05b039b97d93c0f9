-- Pairs that join people, before any limit: a contested identifier connects nobody.
SELECT p.high, p.low
FROM pairs p
WHERE NOT EXISTS (SELECT 1 FROM contested c WHERE c.node = p.low)
  AND NOT EXISTS (SELECT 1 FROM contested c WHERE c.node = p.high)
