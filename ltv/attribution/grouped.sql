-- Conversions as the whole base, and once more in every segment of their people.
SELECT conversion_id, value, ltv, 'all' AS segment_kind, 'all' AS segment FROM conversions
UNION ALL
SELECT c.conversion_id, c.value, c.ltv, s.segment_kind, s.segment FROM conversions c JOIN segments s ON s.user_id = c.user_id
