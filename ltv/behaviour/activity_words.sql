-- Buckets (days, weeks or months) in which a person was active, as bits: 62 buckets a word, counted from the first one.
-- One aggregation over the activity, however many rows a person has; everything after it is small.
SELECT user_id, word, BIT_OR(CAST(1 AS BIGINT) << position) AS bits
FROM (SELECT user_id, CAST(since // 62 AS INT) AS word, CAST(since % 62 AS INT) AS position FROM (
    SELECT user_id, place AS since FROM activity WHERE user_id IS NOT NULL AND is_activity
))
GROUP BY user_id, word
