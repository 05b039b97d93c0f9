-- Every invitation of the people of a test that was accepted, with the microseconds since the person's exposure.
SELECT p.user_id, EPOCH_US(i.ts) - p.exposed_us AS since
FROM people p JOIN invites i ON i.inviter_user_id = p.user_id
