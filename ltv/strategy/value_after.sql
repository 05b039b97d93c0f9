-- What people brought in the days after they were planned for, those who brought nothing among them.
SELECT p.intervention_id, COALESCE(CAST(SUM(CAST(o.value AS DECIMAL(18, 6))) AS DOUBLE), 0) AS value
FROM planned p
LEFT JOIN orders o ON o.user_id = p.user_id AND EPOCH_US(o.ts) >= p.start_us AND EPOCH_US(o.ts) < p.end_us
GROUP BY p.intervention_id
