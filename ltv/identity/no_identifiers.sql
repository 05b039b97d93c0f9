SELECT '' AS id_type, '' AS id_value WHERE FALSE
