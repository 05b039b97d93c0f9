-- The first purchase after the first one.
SELECT p.user_id, MIN(p.bought_at) AS again
FROM (SELECT user_id, moment AS bought_at FROM purchases WHERE is_purchase) p JOIN firsts f ON f.user_id = p.user_id
WHERE p.bought_at > f.first_at
GROUP BY p.user_id
