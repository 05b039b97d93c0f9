"""Who everyone is: people, their identifiers, who did what, who invited whom."""

from __future__ import annotations

import hashlib

import numpy as np
import pyarrow as pa

from ltv.sources.mall import assumptions as a
from ltv.sources.mall import columns as c
from ltv.sources.mall import referral
from ltv.sources.mall.community import Community
from ltv.sources.mall.hooks import Arms
from ltv.sources.mall.systems import COOKIE, DEVICE, EMAIL, ID_TYPES, MEMBER, OPENID, PHONE, UNIONID
from ltv.sources.mall.tables.shop import event_ids
from ltv.sources.privacy import keyed_hash


def hmac_key(seed: int) -> str:
    """Return the key that the workspace of a mall uses for phone numbers: no secret, nobody can be called."""
    return hashlib.sha256(f"simulated mall {seed}".encode()).hexdigest()


def people(of: Community) -> pa.Table:
    """Return one row a person: latent type, rates and arms; moments are null where they lie after the window."""
    p, arms = of.people, of.rates.arms
    sources = np.diff(p.sources, axis=1, prepend=0.0)
    columns = {
        "person": pa.array(p.number),
        "community": pa.array(np.full(a.COMMUNITY, of.number)),
        "type": c.chosen([kind.name for kind in a.TYPES], p.kind),
        "member": c.only(p.registered < a.NEVER, _value(of, MEMBER, p.first_seen)),
        "openid": _value(of, OPENID, p.first_seen),
        "first_seen_at": of.when(p.first_seen),
        "registered_at": _inside(of, p.registered),
        "lost_at": _inside(of, p.lost),
        "is_guest": pa.array(p.guest),
        "ring": pa.array(p.ring >= 0),
        "visits_per_day": pa.array(p.visit_rate),
        "cart_rate": pa.array(p.cart_rate),
        "buy_rate": pa.array(p.buy_rate),
        "price_level": pa.array(p.price_level),
        "lost_per_day": pa.array(p.lost_per_day),
        "big_city": pa.array(p.big_city),
        "eager": pa.array(p.eager),
        **{f"{name}_share": pa.array(sources[:, k]) for k, name in enumerate(a.SOURCES[: sources.shape[1]])},
        **{f"treated_{name}": pa.array(getattr(arms, name)) for name in Arms.__annotations__},
    }
    return pa.table({name: column[: of.wanted] for name, column in columns.items()})


def _value(of: Community, kind: int, ms: a.Ints) -> pa.Array:
    return of.systems.value.take(pa.array(of.systems.own(kind, np.arange(a.COMMUNITY), ms)))


def _inside(of: Community, ms: a.Ints) -> pa.Array:
    inside = ms < of.window.length_ms
    return c.only(inside, of.when(np.where(inside, ms, 0)))


def identifiers(of: Community) -> pa.Table:
    """Return each identifier, its person and when it was that person's; phone and e-mail as they are after reading.

    A shared one has a row for each of its people, a kiosk and the ring's device have one without a person.
    """
    index, person, since, until, shared = _owned(of)
    kept = np.flatnonzero((since < until) & (since < of.window.length_ms) & (person < of.wanted))
    index, person, since, until, shared = index[kept], person[kept], since[kept], until[kept], shared[kept]
    named = of.identifier(index)
    raw = np.isin(of.systems.kind[index], (PHONE, EMAIL))
    return pa.table(
        {
            "id_type": c.chosen(
                [f"{n}_hmac" if n in {"phone", "email"} else n for n in ID_TYPES], of.systems.kind[index]
            ),
            "id_value": _hashed(named, raw, hmac_key(of.world.seed)),
            "person": pa.array(np.where(person < 0, 0, of.people.number[person]), mask=person < 0),
            "valid_from": of.when(since),
            "valid_to": _inside(of, until),
            "shared": pa.array(shared),
        }
    )


def _hashed(named: dict[str, pa.Array], raw: a.Flags, key: str) -> pa.Array:
    values = named["id_value"].to_pylist()
    kinds = named["id_type"].to_pylist()
    for k in np.flatnonzero(raw):
        values[k] = keyed_hash(kinds[k], values[k], key.encode())
    return pa.array(values, pa.string())


def _owned(of: Community) -> tuple[a.Ints, a.Ints, a.Ints, a.Ints, a.Flags]:
    """Return index, person, beginning, end and whether it is shared, of every identifier."""
    p, s, everyone, n = of.people, of.systems, np.arange(a.COMMUNITY), a.COMMUNITY
    never, seen = np.full(n, a.NEVER), p.first_seen
    taken = np.full(n, a.NEVER)  # when somebody else takes the number over
    taken[s.phone_from[s.phone_from >= 0]] = p.first_seen[s.phone_from >= 0]
    email = np.where(s.has_email, p.registered, a.NEVER)
    rows = [
        (s.own(OPENID, everyone, seen), everyone, seen, never),
        (s.own(UNIONID, everyone, seen), everyone, seen, never),
        (of.member(everyone), everyone, p.registered, never),
        (s.own(PHONE, everyone, np.full(n, -1)), everyone, p.registered, np.minimum(s.phone_changed, taken)),
        (s.own(PHONE, everyone, s.phone_changed), everyone, np.maximum(s.phone_changed, p.registered), never),
        (s.own(EMAIL, everyone, seen), everyone, email, never),
        *_epochs(of, DEVICE, np.sort(s.device_changed, axis=1)),
        *_epochs(of, COOKIE, _clearings(of)),
    ]
    shared = np.flatnonzero(s.household >= 0)
    rows.append((s.shared + s.household[shared], shared, seen[shared], never[shared]))
    public = np.arange(s.kiosk, s.ring_device + 1)
    nobody = np.full(len(public), -1)
    rows.append((public, nobody, np.zeros(len(public), np.int64), np.full(len(public), a.NEVER)))
    index, person, since, until = (np.concatenate([row[k] for row in rows]) for k in range(4))
    return index, person, since, until, index >= s.shared


def _clearings(of: Community) -> a.Ints:
    """Moments at which each browser is cleared, shape (people, times)."""
    every = a.COOKIE_DAYS * a.DAY_MS
    times = np.arange(1, of.window.days // a.COOKIE_DAYS + 2)
    cleared: a.Ints = times * every - of.systems.cookie_age[:, None]
    return cleared


def _epochs(of: Community, kind: int, changes: a.Ints) -> list[tuple[a.Ints, a.Ints, a.Ints, a.Ints]]:
    everyone = np.arange(a.COMMUNITY)
    since = np.concatenate([np.full((a.COMMUNITY, 1), -(1 << 61)), changes], axis=1)
    until = np.concatenate([changes, np.full((a.COMMUNITY, 1), a.NEVER)], axis=1)
    rows = []
    for k in range(since.shape[1]):
        start = np.maximum(since[:, k], of.people.first_seen)
        index = of.systems.own(kind, everyone, np.maximum(since[:, k], -of.systems.cookie_age))
        rows.append((index, everyone, start, until[:, k]))
    return rows


def events(of: Community, person: a.Ints, number: a.Ints) -> pa.Table:
    """Return the person of each event."""
    return pa.table({"event_id": event_ids(of, number), "person": pa.array(of.people.number[person])})


def referrals(of: Community) -> pa.Table:
    """Return every invitation with what it truly is and how deep in the tree the invitee stands."""
    made, number = of.invites, of.people.number
    row = np.flatnonzero(made.invitee < of.wanted)
    inviter = made.inviter[row]
    return pa.table(
        {
            "ts": of.when(made.ms[row]),
            "inviter": pa.array(number[inviter.clip(0)], mask=inviter < 0),
            "invitee": pa.array(number[made.invitee[row]]),
            "kind": c.chosen(referral.KINDS, made.kind[row]),
            "depth": pa.array(referral.depth(made)[made.invitee[row]]),
        }
    )
