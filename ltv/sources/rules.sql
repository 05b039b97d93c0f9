-- How many rows broke which rule.
SELECT CASE WHEN "column" IS NULL THEN "rule" ELSE "column" || ': ' || "rule" END AS "rule", COUNT(*) AS n
FROM aside GROUP BY ALL ORDER BY n DESC, "rule"
