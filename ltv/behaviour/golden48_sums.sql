-- Amounts by the stretch of the slot.
SELECT launch, slot, stretch, CAST(SUM(amount) AS DOUBLE) AS amount
FROM (SELECT launch, slot, stretch_of AS stretch, amount FROM placed WHERE part = $part) stretches
GROUP BY launch, slot, stretch
