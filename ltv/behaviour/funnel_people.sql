-- The attempts with what a person was when entering: new, registered, or a customer.
SELECT a.user_id, a.is_closed, a.depth, a.entered, a.last_at, a.source, standing AS status
FROM attempts a
LEFT JOIN registered r ON r.user_id = a.user_id
LEFT JOIN ordered o ON o.user_id = a.user_id
