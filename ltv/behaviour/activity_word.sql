-- The same where all buckets fit into one word, which spares the second grouping column.
SELECT user_id, CAST(0 AS INT) AS word, BIT_OR(CAST(1 AS BIGINT) << CAST(place AS INT)) AS bits
FROM activity
WHERE user_id IS NOT NULL AND is_activity
GROUP BY user_id
