-- The same part for each channel of a conversion, shared by the places of its touches (Zhao, Mahboobi and Bagheri 2018).
SELECT j.channel, CASE WHEN j.place > $places THEN 0 ELSE j.place END AS place,
       SUM(1e0 / (c.channels * j.touches)) AS conversions, SUM(g.value / (c.channels * j.touches)) AS value,
       SUM(g.ltv / (c.channels * j.touches)) AS ltv
FROM (
    SELECT conversion_id, channel, DENSE_RANK() OVER (PARTITION BY conversion_id ORDER BY us) AS place,
           COUNT(*) OVER (PARTITION BY conversion_id, channel) AS touches
    FROM journeys
) j
JOIN (SELECT conversion_id, COUNT(DISTINCT channel) AS channels FROM journeys GROUP BY conversion_id) c ON c.conversion_id = j.conversion_id
JOIN conversions g ON g.conversion_id = j.conversion_id
GROUP BY j.channel, CASE WHEN j.place > $places THEN 0 ELSE j.place END
ORDER BY j.channel, place
