-- The scores of the people of a test, one column a horizon is made of them.
SELECT s.user_id, s.horizon_days, CAST(s.expected AS DOUBLE) AS expected
FROM people p JOIN scores s ON s.user_id = p.user_id
