-- A touch that is told twice counts once; one without an id cannot be told from another.
SELECT user_id, us, channel, campaign, kind, weight, cost, touch_id, sort_code
FROM contacts
QUALIFY touch_id IS NULL OR ROW_NUMBER() OVER (PARTITION BY user_id, touch_id ORDER BY us, campaign, kind) = 1
