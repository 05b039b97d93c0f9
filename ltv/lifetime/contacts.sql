-- How often each channel reached each person in the window, and how often they clicked.
SELECT user_id, channel,
       SUM(CASE WHEN kind = 'click' THEN 1 ELSE 0 END) AS clicks,
       SUM(CASE WHEN kind IN ('impression', 'send') THEN 1 ELSE 0 END) AS shown,
       COUNT(*) AS touches
FROM touches
WHERE user_id IS NOT NULL AND EPOCH_US(ts) >= $from_us AND EPOCH_US(ts) < $cutoff_us
GROUP BY user_id, channel
