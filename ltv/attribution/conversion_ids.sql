SELECT conversion_id, user_id, us
FROM conversions
ORDER BY user_id, us, conversion_id
