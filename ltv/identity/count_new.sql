SELECT COUNT(*) AS n FROM seen s WHERE NOT EXISTS (SELECT 1 FROM ledger l WHERE l.id_type = s.id_type AND l.id_value = s.id_value)
