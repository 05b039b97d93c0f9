-- Touches of known people from the first to the last moment that counts, by numbers instead of names. Times in microseconds.
SELECT t.user_id, EPOCH_US(t.ts) AS us, c.channel_code AS channel, c.campaign_code AS campaign, t.kind, k.weight, t.cost, t.touch_id,
       -- campaign and kind as one number: grouping by it is faster than by both
       c.campaign_code * k.kinds + k.kind_code AS sort_code
FROM told t
JOIN codes c ON c.channel = t.channel AND c.campaign = t.campaign
JOIN kinds k ON k.kind = t.kind
WHERE t.user_id IS NOT NULL AND t.ts >= since AND t.ts < until
