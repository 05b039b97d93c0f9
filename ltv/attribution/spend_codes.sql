-- Channels and campaigns that money was spent on.
SELECT DISTINCT channel, campaign FROM spent WHERE day >= $first_day AND day <= $last_day ORDER BY channel, campaign
