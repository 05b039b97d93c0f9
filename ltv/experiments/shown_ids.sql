-- Some of the ids that were shown a variant, each with the first one.
SELECT id_value, MIN(variant) AS variant
FROM exposures
WHERE experiment = $experiment AND id_value IS NOT NULL
GROUP BY id_value
HAVING MIN(variant) = MAX(variant)
ORDER BY id_value
LIMIT $most
