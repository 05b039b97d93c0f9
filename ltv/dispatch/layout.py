"""Tables of the outbox, in words that SQLite and PostgreSQL both know. Times are milliseconds since 1970, UTC."""

from __future__ import annotations

VERSION = 1

LAYOUT = (
    # one row: whoever raises it holds the write lock of the outbox on both engines, and has a token nobody had before
    "CREATE TABLE fence (token BIGINT NOT NULL)",
    "INSERT INTO fence (token) VALUES (0)",
    """CREATE TABLE interventions (
        intervention_id TEXT PRIMARY KEY, date TEXT NOT NULL, user_id BIGINT NOT NULL, playbook TEXT NOT NULL,
        action TEXT NOT NULL, offer_id TEXT NOT NULL, expires_ms BIGINT NOT NULL, arm TEXT NOT NULL,
        reason_zh TEXT NOT NULL, reason_en TEXT NOT NULL, cost DOUBLE PRECISION NOT NULL, verdict TEXT NOT NULL,
        planned_ms BIGINT NOT NULL
    )""",
    "CREATE INDEX interventions_by_date ON interventions (date)",
    # `token` and `lease_ms` say whose a message is and until when; `begun` that it may be on its way already;
    # `quiet` that it speaks to a person, and waits while the hours are quiet
    """CREATE TABLE messages (
        message_id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, repeatable BIGINT NOT NULL, quiet BIGINT NOT NULL,
        body TEXT NOT NULL,
        topic TEXT NOT NULL, state TEXT NOT NULL, token BIGINT NOT NULL, lease_ms BIGINT NOT NULL,
        begun BIGINT NOT NULL, attempts BIGINT NOT NULL, crashes BIGINT NOT NULL, due_ms BIGINT NOT NULL,
        expires_ms BIGINT NOT NULL, queued_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL, why TEXT NOT NULL
    )""",
    "CREATE INDEX messages_by_due ON messages (endpoint, state, due_ms)",
    "CREATE INDEX messages_by_state ON messages (state, expires_ms)",
    """CREATE TABLE offers (
        offer_id TEXT PRIMARY KEY, name TEXT NOT NULL, stock BIGINT, starts_ms BIGINT NOT NULL,
        expires_ms BIGINT NOT NULL, stackable BIGINT NOT NULL, skus TEXT NOT NULL, registered_hours DOUBLE PRECISION,
        reserved BIGINT NOT NULL, redeemed BIGINT NOT NULL, CHECK (reserved >= 0 AND redeemed >= 0)
    )""",
    """CREATE TABLE reservations (
        reservation_id TEXT PRIMARY KEY, offer_id TEXT NOT NULL, user_id BIGINT NOT NULL, state TEXT NOT NULL,
        reserved_ms BIGINT NOT NULL, deadline_ms BIGINT NOT NULL, ended_ms BIGINT NOT NULL
    )""",
    """CREATE UNIQUE INDEX one_per_person ON reservations (offer_id, user_id)
        WHERE state IN ('reserved', 'redeemed')""",
    "CREATE INDEX reservations_by_deadline ON reservations (state, deadline_ms)",
    "CREATE INDEX reservations_by_person ON reservations (user_id, state)",
    """CREATE TABLE settled (
        offer_id TEXT NOT NULL, user_id BIGINT NOT NULL, event TEXT NOT NULL, ts_ms BIGINT NOT NULL,
        PRIMARY KEY (offer_id, user_id, event, ts_ms)
    )""",
    """CREATE TABLE decisions (
        intervention_id TEXT NOT NULL, at_ms BIGINT NOT NULL, rule TEXT NOT NULL, figures TEXT NOT NULL,
        PRIMARY KEY (intervention_id, at_ms, rule)
    )""",
    """CREATE TABLE breakers (
        endpoint TEXT PRIMARY KEY, state TEXT NOT NULL, slow BIGINT NOT NULL, minute_ms BIGINT NOT NULL,
        calls BIGINT NOT NULL, errors BIGINT NOT NULL, good BIGINT NOT NULL, probe_ms BIGINT NOT NULL,
        since_ms BIGINT NOT NULL, disabled TEXT NOT NULL
    )""",
    """CREATE TABLE counters (
        name TEXT NOT NULL, endpoint TEXT NOT NULL, label TEXT NOT NULL, value DOUBLE PRECISION NOT NULL,
        PRIMARY KEY (name, endpoint, label)
    )""",
)
