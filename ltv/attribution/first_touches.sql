-- Touches but those that follow another of the same person, campaign and kind within a while.
SELECT user_id, us, channel, campaign, kind, weight, cost
FROM (
    SELECT user_id, us, channel, campaign, kind, weight, cost,
           us - LAG(us) OVER (PARTITION BY user_id, sort_code ORDER BY us) AS since_last_us
    FROM contacts
) t
WHERE since_last_us IS NULL OR since_last_us > repeat_us
