-- What each campaign has of the conversions, their value and what is expected of their people.
SELECT g.segment_kind, g.segment, s.channel, s.campaign,
       SUM(part) AS conversions, SUM(part * g.value) AS value, SUM(part * g.ltv) AS ltv
FROM shares s JOIN grouped g ON g.conversion_id = s.conversion_id
GROUP BY g.segment_kind, g.segment, s.channel, s.campaign
ORDER BY g.segment_kind, g.segment, s.campaign
