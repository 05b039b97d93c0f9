-- Everybody as the whole base, and once more in every segment.
SELECT user_id, 'all' AS segment_kind, 'all' AS segment FROM firsts
UNION ALL
SELECT f.user_id, s.segment_kind, s.segment FROM firsts f JOIN segments s ON s.user_id = f.user_id
