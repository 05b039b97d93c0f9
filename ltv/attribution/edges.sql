-- When one, two and three touches of a channel begin and cease to work at once. Of each level a bit is put in with the touch that
-- makes it up after a pause, and taken out when the last one of a row of them is over; a touch works for the lookback.
WITH seen AS (
    SELECT DISTINCT t.user_id, t.channel, t.us
    FROM touches AS t
    INNER JOIN people AS p ON t.user_id = p.user_id
    WHERE is_exposure
),
around AS (
    SELECT
        user_id,
        channel,
        us,
        LAG(us, 1) OVER (PARTITION BY user_id, channel ORDER BY us) AS last_us,
        LAG(us, 2) OVER (PARTITION BY user_id, channel ORDER BY us) AS second_us,
        LAG(us, 3) OVER (PARTITION BY user_id, channel ORDER BY us) AS third_us,
        LEAD(us, 1) OVER (PARTITION BY user_id, channel ORDER BY us) AS next_us
    FROM seen
),
levels AS (
    SELECT user_id, 1 AS level, channel AS bit, us, us AS oldest_us, last_us AS older_us, next_us
    FROM around
    UNION ALL
    SELECT user_id, 2 AS level, channel + $channels AS bit, us, last_us AS oldest_us, second_us AS older_us, next_us
    FROM around
    UNION ALL
    SELECT user_id, 3 AS level, channel + 2 * $channels AS bit, us, second_us AS oldest_us, third_us AS older_us, next_us
    FROM around
),
working AS (
    SELECT user_id, bit, us, oldest_us, older_us, next_us
    FROM levels
    WHERE level <= $levels AND oldest_us IS NOT NULL AND us - oldest_us <= $lookback_us
)
SELECT user_id, CAST(bit AS INTEGER) AS bit, us AS at_us, CAST(1 AS INTEGER) AS sign
FROM working
WHERE older_us IS NULL OR us - older_us > $lookback_us
UNION ALL
SELECT user_id, CAST(bit AS INTEGER) AS bit, oldest_us + $lookback_us + 1 AS at_us, CAST(-1 AS INTEGER) AS sign
FROM working
WHERE next_us IS NULL OR next_us - oldest_us > $lookback_us
