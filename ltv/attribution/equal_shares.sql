-- Each channel of a conversion has the same part of it, which its campaigns share as they share by weight.
SELECT conversion_id, channel, campaign, of_channel / (SUM(of_channel) OVER (PARTITION BY conversion_id, channel) * channels) AS equal_credit
FROM (
    SELECT j.conversion_id, j.channel, j.campaign, SUM(j.weight) AS of_channel, MIN(c.channels) AS channels
    FROM journeys j
    JOIN (SELECT conversion_id, COUNT(DISTINCT channel) AS channels FROM journeys GROUP BY conversion_id) c ON c.conversion_id = j.conversion_id
    GROUP BY j.conversion_id, j.channel, j.campaign
) s
