-- Identifiers, people, and people with an account by the day on which each was first seen.
SELECT local_day AS day,
       CAST(SUM(identifier) AS BIGINT) AS identifiers,
       CAST(SUM(person) AS BIGINT) AS people,
       CAST(SUM(account) AS BIGINT) AS accounts
FROM (
    SELECT MIN(valid_from) AS moment, 1 AS identifier, 0 AS person, 0 AS account FROM user_ids GROUP BY id_type, id_value
    UNION ALL
    SELECT MIN(valid_from), 0, 1, 0 FROM user_ids GROUP BY user_id
    UNION ALL
    SELECT MIN(valid_from), 0, 0, 1 FROM user_ids WHERE rule = 'account' GROUP BY user_id
) firsts
GROUP BY 1
ORDER BY 1
