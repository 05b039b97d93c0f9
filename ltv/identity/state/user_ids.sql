-- The result table `user_ids`, with the number of each identifier.
SELECT s.node, n.id_type, n.id_value,
       MAKE_TIMESTAMP(s.since) AS valid_from,
       CASE WHEN s.until < $open THEN MAKE_TIMESTAMP(s.until) END AS valid_to,
       s.person AS user_id, s.confidence, r.rule
FROM spans s
JOIN nodes n ON n.node = s.node
JOIN rules r ON r.number = s.rule
ORDER BY s.node, s.since
