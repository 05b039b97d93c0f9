SELECT h.user_id, h.us
FROM happened h
JOIN people p ON p.user_id = h.user_id
ORDER BY h.user_id, h.us
