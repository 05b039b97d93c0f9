-- Who belongs to which segment.
SELECT CAST(user_id AS BIGINT) AS user_id, segment_kind, segment
FROM segments
WHERE user_id IS NOT NULL AND segment IS NOT NULL AND segment_kind IS NOT NULL
ORDER BY segment_kind, user_id, segment
