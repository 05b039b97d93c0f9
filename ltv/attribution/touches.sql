-- Touches, each with what it cost and those cost that follow it within a while, one after the other.
-- Rows of one moment are peers in both windows: one of them opens, and all of them belong to what it opens.
SELECT user_id, MIN(us) AS us, channel, campaign, kind, weight, SUM(cost) AS cost
FROM (
    SELECT user_id, us, channel, campaign, kind, weight, cost, sort_code,
           SUM(is_first) OVER (PARTITION BY user_id, sort_code ORDER BY us) AS place
    FROM (
        SELECT user_id, us, channel, campaign, kind, weight, cost, sort_code,
               CASE WHEN us - LAG(us) OVER (PARTITION BY user_id, sort_code ORDER BY us) <= repeat_us THEN 0 ELSE 1 END AS is_first
        FROM contacts
    ) t
) s
GROUP BY user_id, channel, campaign, kind, weight, place
