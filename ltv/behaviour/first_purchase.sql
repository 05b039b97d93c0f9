-- The first purchase of everybody.
SELECT user_id, MIN(moment) AS first_at FROM purchases WHERE user_id IS NOT NULL AND is_purchase GROUP BY user_id
