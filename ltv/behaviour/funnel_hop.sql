-- The moment of the next step of each attempt: its first row after the step before.
SELECT c.user_id, c.depth, CAST($step AS INT) AS step, MIN(r.place) AS place, MIN(r.at) AS at, MIN(c.at) AS before
FROM chain c JOIN rows r ON r.user_id = c.user_id AND r.place >= c.place + $gap
WHERE r.step = $step AND c.depth >= $step
GROUP BY c.user_id, c.depth
