-- Touches that led to a conversion: since the person's order before it, within the lookback, none of them after it.
SELECT p.purchase_id AS conversion_id, t.user_id, t.us, t.channel, t.campaign, t.kind, t.weight
FROM touches t JOIN purchases p ON p.user_id = t.user_id AND t.us <= p.us AND t.us > p.previous_us
WHERE p.us >= $start_us AND t.us >= p.us - $lookback_us
