-- The attempt that counts: the deepest step a person reaches, from the latest start that reaches it.
SELECT user_id, depth, start, start_at FROM depths QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY depth DESC) = 1
