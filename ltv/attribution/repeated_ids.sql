-- How often a touch is told again.
SELECT CAST(COUNT(touch_id) - COUNT(DISTINCT touch_id) AS BIGINT) AS again FROM contacts
