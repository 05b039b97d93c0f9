SELECT CAST(0 AS BIGINT) AS cohort, '' AS segment_kind, '' AS segment, CAST(0 AS INT) AS period, CAST(0 AS DECIMAL(28, 6)) AS revenue WHERE FALSE
