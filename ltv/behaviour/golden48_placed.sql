-- What is counted, in each week before each launch and in the hours after it: how long after the beginning of that slot.
-- The slots stand there once for each day (UTC) they touch, so that rows find them by equality.
SELECT r.part, r.user_id, r.amount, s.launch, s.slot, r.us - s.begin_us AS elapsed
FROM counted r
JOIN slots s ON r.us // CAST(86400000000 AS BIGINT) = s.day AND r.us >= s.begin_us AND r.us < s.end_us
WHERE s.source IS NULL OR r.source = s.source
