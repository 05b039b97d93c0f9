-- Paid orders of the window of whom nobody is known to be the buyer.
SELECT CAST(COUNT(*) AS BIGINT) AS orders FROM orders WHERE is_purchase AND user_id IS NULL AND ts >= $start AND ts < $until
