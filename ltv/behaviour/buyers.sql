-- Everybody who ever bought.
SELECT DISTINCT user_id FROM orders WHERE is_purchase AND ts < $as_of AND user_id IS NOT NULL
