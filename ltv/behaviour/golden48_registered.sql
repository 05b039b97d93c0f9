-- The first registration of each person.
SELECT user_id, MIN(registered_at) AS registered_at FROM members WHERE user_id IS NOT NULL GROUP BY user_id
