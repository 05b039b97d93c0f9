SELECT user_id, step, CAST(at - before AS DOUBLE) / 1000000 AS seconds FROM hops WHERE step > 0
