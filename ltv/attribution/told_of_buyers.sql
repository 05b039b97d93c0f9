-- Touches of people who ordered, as they are told: names have to be looked up for these alone.
SELECT t.user_id, t.ts, t.channel, t.campaign, t.kind, t.cost, t.touch_id FROM told t SEMI JOIN purchases p ON p.user_id = t.user_id
