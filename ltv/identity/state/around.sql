-- What the state knows of the identifiers that are asked for; those without a place are new.
WITH some_nodes AS (
    SELECT n.node, n.id_type, n.first_seen, n.junk FROM asked a JOIN nodes n ON n.node = a.node
), some_places AS (
    SELECT p.node, p.hub, p.met, p.component, p.person, p.owned FROM asked a JOIN places p ON p.node = a.node
)
SELECT n.node, k.number AS kind, n.first_seen, n.junk,
       COALESCE(p.hub, FALSE) AS hub,
       COALESCE(p.met, 0) AS met,
       COALESCE(p.component, n.node) AS component,
       COALESCE(p.person, n.node) AS person,
       COALESCE(p.owned, FALSE) AS owned
FROM some_nodes n
JOIN kinds k ON k.name = n.id_type
LEFT JOIN some_places p ON p.node = n.node
ORDER BY n.node
