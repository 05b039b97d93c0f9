-- People of each variant of a test, when they came, and what tells of a test that was not run as it says.
SELECT variant,
       COUNT(*) AS people,
       CAST(SUM(CASE WHEN in_several THEN 1 ELSE 0 END) AS BIGINT) AS in_several,
       MIN(exposed_us) AS first_us,
       MAX(exposed_us) AS last_us,
       CAST(SUM(CASE WHEN exposed_us > newest - $span THEN 1 ELSE 0 END) AS BIGINT) AS lately,
       CAST(SUM(day_before) AS BIGINT) AS day_before,
       CAST(SUM(day_after) AS BIGINT) AS day_after
FROM (SELECT *, MAX(exposed_us) OVER () AS newest FROM people) p
GROUP BY variant
