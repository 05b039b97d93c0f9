-- Every identifier with its person and with all that decides about it.
SELECT n.node, n.id_type, n.id_value, n.first_seen, n.is_junk, n.is_passed_on,
       n.account_limit > 0 AS is_account,
       c.node IS NOT NULL AS is_crowded,
       m.node IS NOT NULL AS is_contested,
       COALESCE(m.times > $public_after, FALSE) AS is_public,
       COALESCE(r.is_torn, FALSE) AS is_torn,
       COALESCE(r.person, e.low, n.node) AS person
FROM nodes n
LEFT JOIN crowded c ON c.node = n.node
LEFT JOIN contested m ON m.node = n.node
LEFT JOIN edges e ON e.high = n.node
LEFT JOIN repaired r ON r.node = n.node
