-- Orders of the window; of what a person is expected to bring each of them gets the same part.
SELECT p.purchase_id AS conversion_id, p.user_id, p.us, p.value,
       COALESCE(s.expected, 0) / COUNT(*) OVER (PARTITION BY p.user_id) AS ltv
FROM purchases p LEFT JOIN scores s ON s.user_id = p.user_id
WHERE p.us >= $start_us
