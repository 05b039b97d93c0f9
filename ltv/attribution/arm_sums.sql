-- Conversions and days of the people of each arm, from the moment on at which they could have been reached.
WITH within AS (
    SELECT user_id, channel, held, GREATEST(us, EPOCH_US($start)) AS us
    FROM arms
    WHERE held = any_held AND us < EPOCH_US($until)
),
counted AS (
    SELECT w.user_id, w.channel, w.held,
           CAST(EPOCH_US($until) - MIN(w.us) AS DOUBLE) / 86400000000.0 AS days,
           CAST(COUNT(c.conversion_id) AS DOUBLE) AS conversions
    FROM within w
    LEFT JOIN conversions c ON c.user_id = w.user_id AND c.us >= w.us
    GROUP BY w.user_id, w.channel, w.held
)
SELECT channel, held = 1 AS is_held, CAST(COUNT(*) AS BIGINT) AS people, SUM(days) AS days, SUM(conversions) AS conversions,
       SUM(days * days) AS days_squared, SUM(conversions * conversions) AS conversions_squared,
       SUM(days * conversions) AS conversions_days
FROM counted
GROUP BY channel, held
