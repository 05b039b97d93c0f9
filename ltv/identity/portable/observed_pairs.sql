-- Distinct pairs with the number of moments they were seen at and the first of them.
SELECT low, high, CAST(COUNT(*) AS BIGINT) AS times, MIN(ts) AS first_at
FROM observations
GROUP BY low, high
