-- What the state knows of the identifiers that are asked for; those without a place are new.
SELECT n.node, k.number AS kind, n.first_seen, n.junk,
       COALESCE(p.hub, FALSE) AS hub,
       COALESCE(p.met, 0) AS met,
       COALESCE(p.component, n.node) AS component,
       COALESCE(p.person, n.node) AS person,
       COALESCE(p.owned, FALSE) AS owned
FROM nodes n
JOIN kinds k ON k.name = n.id_type
LEFT JOIN places p ON p.node = n.node
WHERE n.node IN (SELECT node FROM asked)
ORDER BY n.node
