-- How many identifiers and observations of the state are in the inputs no more.
SELECT CAST((SELECT COUNT(*) FROM nodes n
             WHERE NOT EXISTS (SELECT 1 FROM identifiers i WHERE i.node = n.node AND i.first_seen < $as_of))
          + (SELECT COUNT(*) FROM observations o
             WHERE NOT EXISTS (SELECT 1 FROM batch a WHERE o.low = a.low AND o.high = a.high AND o.ts = a.ts)) AS BIGINT) AS n
