-- When people registered, or ordered before they did.
SELECT user_id, EPOCH_US(registered_at) AS us
FROM members
WHERE user_id IS NOT NULL AND registered_at IS NOT NULL
UNION ALL
SELECT user_id, us
FROM purchases
