-- Distinct observations that the state does not know.
SELECT a.low, a.high, a.ts
FROM batch a
WHERE NOT EXISTS (SELECT 1 FROM observations o WHERE o.low = a.low AND o.high = a.high AND o.ts = a.ts)
