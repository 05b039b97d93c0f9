-- Touches of people who ordered.
SELECT c.user_id, c.us, c.channel, c.campaign, c.kind, c.weight, c.cost, c.touch_id, c.sort_code
FROM contacts c SEMI JOIN purchases p ON p.user_id = c.user_id
