-- Observations of which an end is asked for.
SELECT low, high, ts
FROM observations
WHERE evidence AND (low IN (SELECT node FROM asked) OR high IN (SELECT node FROM asked))
