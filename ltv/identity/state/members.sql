-- Identifiers of the components that are asked for.
SELECT node FROM places WHERE component IN (SELECT node FROM asked)
