-- Who has agreed to be contacted by a channel: the last word counts, and of two at one moment the one that refuses.
SELECT user_id, channel
FROM (
    SELECT user_id, channel, granted, ROW_NUMBER() OVER (PARTITION BY user_id, channel ORDER BY ts DESC, granted) AS place
    FROM consents
    WHERE user_id IS NOT NULL AND ts < $until
) t
WHERE place = 1 AND granted
