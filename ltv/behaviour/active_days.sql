-- Every day on which a person was active, once.
SELECT user_id, day FROM (SELECT user_id, place AS day FROM activity WHERE user_id IS NOT NULL AND is_activity) a GROUP BY user_id, day
