-- Kinds of identifiers with which those of a person were seen, in each time in which they were this person's.
SELECT u.id_type, u.id_value, u.valid_from, s.seen_with,
       CAST(COUNT(*) AS BIGINT) AS times, MIN(s.ts) AS first_time, MAX(s.ts) AS last_time
FROM (
    SELECT id_type, id_value, linked_type AS seen_with, ts FROM links WHERE user_id = $user_id
    UNION ALL
    SELECT linked_type, linked_value, id_type, ts FROM links WHERE linked_user_id = $user_id
) s
JOIN user_ids u ON u.id_type = s.id_type AND u.id_value = s.id_value
WHERE u.user_id = $user_id AND s.ts >= u.valid_from AND (u.valid_to IS NULL OR s.ts < u.valid_to)
GROUP BY u.id_type, u.id_value, u.valid_from, s.seen_with
ORDER BY u.valid_from, u.id_type, u.id_value, s.seen_with
