-- New observations, and which of them are evidence.
SELECT a.low, a.high, a.ts, a.low <> a.high AND NOT l.junk AND NOT h.junk AS evidence
FROM batch a
JOIN nodes l ON l.node = a.low
JOIN nodes h ON h.node = a.high
