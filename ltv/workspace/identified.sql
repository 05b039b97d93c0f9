-- Rows of a table by source: with an identifier, of a person, of a person with an account.
SELECT r.source,
       CAST(COUNT(*) AS BIGINT) AS n,
       CAST(COUNT(r.id_value) AS BIGINT) AS with_identifier,
       CAST(COUNT(r.user_id) AS BIGINT) AS of_people,
       CAST(COUNT(a.user_id) AS BIGINT) AS of_accounts
FROM rows r
LEFT JOIN (SELECT DISTINCT user_id FROM user_ids WHERE rule = 'account') a ON a.user_id = r.user_id
GROUP BY 1
ORDER BY 1
