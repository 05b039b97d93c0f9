-- Invitations by depth and channel, as a user of SQLite asks for them of the table that `write_invite_traces` makes.
-- 1 are those invited by somebody whom nobody invited; 3 is the last level.
WITH RECURSIVE chain(invitee_id, inviter_id, channel, depth) AS (
    SELECT t.invitee_id, t.inviter_id, t.channel, 1
    FROM invite_traces t
    LEFT JOIN invite_traces up ON up.invitee_id = t.inviter_id AND up.inviter_id IS NOT NULL
    WHERE t.inviter_id IS NOT NULL AND up.id IS NULL
    UNION ALL
    SELECT t.invitee_id, t.inviter_id, t.channel, chain.depth + 1
    FROM chain
    JOIN invite_traces t ON t.inviter_id = chain.invitee_id
    WHERE chain.depth < :depth
)
SELECT depth, channel, COUNT(DISTINCT inviter_id) AS inviters, COUNT(*) AS invitees
FROM chain
GROUP BY depth, channel
ORDER BY depth, channel
