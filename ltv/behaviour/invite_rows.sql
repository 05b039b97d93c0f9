-- Invitations in the order of time: of two at one moment the one with an inviter comes first. -1 is nobody, -2 somebody unknown.
SELECT ts_us, inviter, invitee, channel
FROM (
    SELECT EPOCH_US(ts) AS ts_us,
           COALESCE(CAST(inviter_user_id AS BIGINT), CASE WHEN is_named THEN -2 ELSE -1 END) AS inviter,
           COALESCE(CAST(invitee_user_id AS BIGINT), -1) AS invitee,
           COALESCE(channel, '') AS channel
    FROM invites
    WHERE ts < $as_of
) known
ORDER BY ts_us, CASE WHEN inviter >= 0 THEN 0 ELSE 1 END, inviter, invitee, channel
