-- Touches with the walk they belong to: to an order, or one that led to none; of these those in the window.
-- Touches that led to an order before the window belong to neither. The number of a walk is twice that of the order after it
-- (0 where there is none), and 1 more where it led there.
SELECT user_id, us, channel, campaign, 2 * purchase_id + is_led AS walk
FROM (
    SELECT t.user_id, t.us, t.channel, t.campaign, p.us AS order_us, COALESCE(p.purchase_id, 0) AS purchase_id,
           CASE WHEN t.us >= p.us - lookback_us THEN 1 ELSE 0 END AS is_led
    FROM touches t LEFT JOIN purchases p ON p.user_id = t.user_id AND t.us <= p.us AND t.us > p.previous_us
) w
WHERE (is_led = 1 AND order_us >= start_us) OR (is_led = 0 AND us >= start_us)
