"""Small shops whose people are known: who logged in with what, and when."""

from support_workspace import csv, orders, put, workspace

TOML = 'timezone = "UTC"'


def event(number: int, ts: str, kind: str, value: str) -> dict[str, str]:
    return {"event_id": f"e{number}", "ts": ts, "source": "app", "id_type": kind, "id_value": value, "event": "view"}


def link(ts: str, device: str, member: str) -> dict[str, str]:
    return {"ts": ts, "source": "app", "id_type": "device", "id_value": device,
            "linked_type": "member", "linked_value": member}  # fmt: skip


def shop(root, *, links=(), events=(), toml=TOML, members=("M1", "M2")):
    workspace(root, toml)
    put(
        root,
        "orders/a.csv",
        csv(orders(*[{"order_id": m, "id_value": m, "ts": "2026-06-01 10:00:00"} for m in members])),
    )
    if links:
        put(root, "links/a.csv", csv(list(links)))
    if events:
        put(root, "events/a.csv", csv(list(events)))
    return root


def bond(ts: str, one: str, other: str, source: str = "app") -> dict[str, str]:
    """Two identifiers seen together, each as `kind:value`."""
    (kind, value), (linked_kind, linked_value) = one.split(":"), other.split(":")
    return {"ts": f"2026-06-{ts} 10:00:00", "source": source, "id_type": kind, "id_value": value,
            "linked_type": linked_kind, "linked_value": linked_value}  # fmt: skip


def who(ws) -> dict[str, int]:
    """The person of each order, by its number."""
    rows = ws.orders.frame()
    return dict(zip(rows["order_id"], rows["user_id"].astype(int), strict=True))


# Every way in which a link can end: a tablet of two members, a phone that both gave, an openid that would join them, a
# device with too many neighbours, junk, a link with itself, and a cookie without an account on the tablet.
EVERY_END = [
    bond("02", "device:own", "member:M1"), bond("03", "device:own", "member:M1"), bond("02", "device:hers", "member:M2"),
    bond("05", "device:tablet", "member:M1"), bond("07", "device:tablet", "member:M2"), bond("08", "device:tablet", "cookie:c"),
    bond("05", "openid:o", "device:own"), bond("06", "openid:o", "device:own"), bond("07", "openid:o", "device:hers"),
    bond("09", "phone_hmac:p", "member:M1", "crm"), bond("09", "phone_hmac:p", "member:M1", "crm"),
    *[bond("04", "email_hmac:hub", f"openid:{n}") for n in "123"], bond("04", "email_hmac:hub", "member:M1", "crm"),
    bond("04", "device:0000", "member:M1"), bond("04", "device:0000", "member:M2"), bond("04", "member:M1", "member:M1", "crm"),
]  # fmt: skip
TIGHT = TOML + "\n[identity]\nmax_neighbours = { email_hmac = 3 }"
