-- Distinct observations by what became of them; a limit refused those between identifiers of different people.
SELECT reason, CAST(COUNT(*) AS BIGINT) AS links
FROM (
    SELECT CASE WHEN o.low = o.high THEN 'with_itself'
                WHEN NOT o.evidence THEN 'with_junk'
                WHEN l.hub OR h.hub THEN 'too_many_neighbours'
                WHEN l.met > 1 OR h.met > 1 THEN 'in_turn'
                WHEN l.person <> h.person THEN 'by_limit'
                ELSE 'joined' END AS reason
    FROM observations o
    JOIN places l ON l.node = o.low
    JOIN places h ON h.node = o.high
) each_one
GROUP BY reason
ORDER BY reason
