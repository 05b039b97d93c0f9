-- Which kinds of touches channels have.
SELECT channel, kind, COUNT(*) AS touches
FROM contacts
GROUP BY channel, kind
