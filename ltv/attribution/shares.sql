-- What part of a conversion each campaign has by each rule; the parts of a conversion are 1 together.
-- Touches that a rule cannot tell apart, such as two at one moment, get the same.
SELECT conversion_id, channel, campaign,
       SUM(is_last / lasts) AS last_touch, SUM(is_first / firsts) AS first_touch, SUM(weight / weights) AS linear,
       SUM(placed / places) AS position, SUM(decayed / decays) AS time_decay
FROM (
    SELECT conversion_id, channel, campaign, is_last, is_first, weight, placed, decayed,
           SUM(is_last) OVER (PARTITION BY conversion_id) AS lasts, SUM(is_first) OVER (PARTITION BY conversion_id) AS firsts,
           SUM(weight) OVER (PARTITION BY conversion_id) AS weights, SUM(placed) OVER (PARTITION BY conversion_id) AS places,
           SUM(decayed) OVER (PARTITION BY conversion_id) AS decays
    FROM (
        SELECT conversion_id, channel, campaign, weight,
               CASE WHEN last_rank = 1 THEN 1e0 ELSE 0e0 END AS is_last, CASE WHEN first_rank = 1 THEN 1e0 ELSE 0e0 END AS is_first,
               -- before they are weighed, the first touch has 40 %, the last one 40 % and those between them 20 % together
               weight * CASE WHEN first_us = last_us THEN 1e0
                             WHEN us = first_us THEN 4e-1 / at_first
                             WHEN us = last_us THEN 4e-1 / at_last
                             ELSE 2e-1 / (touches - at_first - at_last) END AS placed,
               -- half as much each half-life before the last touch: counted from there the last one never comes to nothing
               weight * POWER(2e0, (us - last_us) / $half_life_us) AS decayed
        FROM (
            SELECT conversion_id, channel, campaign, us, weight, first_us, last_us, last_rank, first_rank,
                   COUNT(*) OVER (PARTITION BY conversion_id) AS touches,
                   COUNT(CASE WHEN us = first_us THEN 1 END) OVER (PARTITION BY conversion_id) AS at_first,
                   COUNT(CASE WHEN us = last_us THEN 1 END) OVER (PARTITION BY conversion_id) AS at_last
            FROM (
                SELECT conversion_id, channel, campaign, us, weight,
                       MIN(us) OVER (PARTITION BY conversion_id) AS first_us, MAX(us) OVER (PARTITION BY conversion_id) AS last_us,
                       RANK() OVER (PARTITION BY conversion_id ORDER BY weight DESC, us DESC) AS last_rank,
                       RANK() OVER (PARTITION BY conversion_id ORDER BY weight DESC, us) AS first_rank
                FROM journeys
            ) r
        ) e
    ) f
) s
GROUP BY conversion_id, channel, campaign
