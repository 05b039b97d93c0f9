-- Spans of a time, in the order of traces and of time; attributes that are not JSON say nothing.
SELECT trace_id, span_id, parent_span_id, service, name, started_us, lasted_us, is_error, is_json,
       found[1] AS channel, TRY_CAST(found[2] AS DOUBLE) AS amount_fen, found[3] AS order_id, found[4] AS version
FROM (
    SELECT trace_id, span_id, parent_span_id, service, name, EPOCH_US(started_at) AS started_us,
           GREATEST(COALESCE(duration_us, 0), 0) AS lasted_us, COALESCE(status = 'ERROR', FALSE) AS is_error,
           COALESCE(JSON_VALID(attributes), TRUE) AS is_json,
           CASE WHEN JSON_VALID(attributes)
                THEN JSON_EXTRACT_STRING(attributes, ['$."payment.channel"', '$."payment.amount"', '$."order.id"', '$."service.version"'])
           END AS found
    FROM spans
    WHERE started_at >= $since AND started_at < $after
) read
ORDER BY trace_id, started_us, span_id
