-- People with an event, and when they became known: the day on which they came is like none of theirs after it.
SELECT e.user_id, MIN(k.us) AS known_us
FROM (SELECT DISTINCT user_id FROM happened) e
LEFT JOIN known k ON k.user_id = e.user_id
WHERE MOD(e.user_id, $one_in) = 0
GROUP BY e.user_id
