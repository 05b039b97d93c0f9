-- Touches of the window by channel and kind.
SELECT channel, kind, CAST(COUNT(*) AS DOUBLE) AS touches
FROM contacts
WHERE us >= $start_us
GROUP BY channel, kind
