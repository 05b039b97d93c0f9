-- Conversions of the people who could be reached, by the channels at work then.
SELECT a.channel, m.mask, m.group_code, CAST(COUNT(*) AS BIGINT) AS conversions
FROM arms a
JOIN conversions c ON c.user_id = a.user_id AND c.us >= a.us
JOIN masks m ON m.conversion_id = c.conversion_id
WHERE a.held = 0 AND a.any_held = 0
GROUP BY a.channel, m.mask, m.group_code
