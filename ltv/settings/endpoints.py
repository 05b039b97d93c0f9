"""`[[endpoints]]` and `[dispatch]` of `ltv.toml`: the only places anything is sent to, and how patiently."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from ltv.errors import UsageError, found
from ltv.settings.readers import (
    FILE,
    above_zero,
    at_least_one,
    flag,
    items,
    mapping,
    number,
    only_known,
    share,
    text,
    texts,
    whole,
)

Kind = Literal["webhook", "file", "robot", "email"]
Tls = Literal["required", "offered", "never"]
When = Literal["change", "always"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_HIGHEST_PORT = 65_535
_LONGEST_LINK = 300  # it must leave room in a text of 2,048 bytes


@dataclass(frozen=True)
class Endpoint:
    """A place that messages may go to.

    Attributes:
        name: as playbooks call it.
        kind: webhook, file (a CSV for the CRM), robot (a group's robot) or email (to the team).
        url: of a webhook or robot: https, or http on this machine; `${NAME}` in its path or query is taken from the
            environment when it is used, never in its host.
        path: of a file: the folder, relative to the workspace.
        host: of an e-mail: the server.
        port: of an e-mail: 587 unless given.
        secret_env: of a webhook: the variable that holds its secrets (`whsec_…`, several with blanks between them).
        user_env: of an e-mail: the variable that holds the account's name.
        password_env: of an e-mail: the variable that holds the password.
        sender: of an e-mail: from whom.
        recipients: of an e-mail: to whom.
        starttls: of an e-mail: `required`, `offered` (used where the server has it), `never`.
        private_network: of an e-mail: whether the server may have a private address.
        timeout_ms: how long one call may take.
    """

    name: str
    kind: Kind
    url: str = ""
    path: str = ""
    host: str = ""
    port: int = 587
    secret_env: str = ""
    user_env: str = ""
    password_env: str = ""
    sender: str = ""
    recipients: tuple[str, ...] = ()
    starttls: Tls = "required"
    private_network: bool = False
    timeout_ms: int = 5_000

    @property
    def repeatable(self) -> bool:
        """Whether it sees by the id that a message came before: only then it may be sent twice."""
        return self.kind in ("webhook", "file")

    @property
    def server(self) -> str:
        """Name of the machine that is called; nothing of a file."""
        return urlsplit(self.url).hostname or "" if self.url else self.host


@dataclass(frozen=True)
class Dispatch:
    """How messages are sent; docs/dispatch.md says why each default is what it is.

    Attributes:
        database: a PostgreSQL address, `${NAME}` from the environment; the file `data/state/outbox.sqlite` by default.
        alarm: name of the robot or e-mail endpoint that is told what is held when a breaker opens; nobody by default.
        digest: names of the robots and e-mails that are told of the newest date once it is published, and of a scheduled
            run that fails or recovers; nobody by default.
        digest_when: `change`: where something triggered, a traffic light turned or a plan waits; `always`: every date.
        pages_url: where readers find the folder `reports`, for the link of a digest: https, file: or a path.
        queue_limit: messages that may wait; nothing is taken beyond.
        batch: messages a worker takes at once.
        parallel: of these, how many it sends at once.
        lease_seconds: how long they are the worker's.
        max_attempts: after so many a message is given up.
        first_wait_seconds: before the second attempt; each further one waits twice as long.
        longest_wait_seconds: before any attempt, also where the receiver asks for more.
        keep_days: what a message said is forgotten so long after it was taken or given up; what became of it is kept.
        reservation_minutes: how long an offer is kept for a person.
        registered_within_hours: hook of the table `offers` → its offers are only for people who registered less than so
            many hours ago.
        slow_ms: a call that takes longer is a time-out for the breaker.
        slow_calls: so many time-outs in a row open it.
        error_share: more errors than this share of a minute's calls open it.
        least_calls: with fewer calls in the minute the share says nothing.
        probe_seconds: between two probes of an open one.
        probes: so many good ones in a row close it.
    """

    database: str = ""
    alarm: str = ""
    digest: tuple[str, ...] = ()
    digest_when: When = "change"
    pages_url: str = ""
    queue_limit: int = 100_000
    batch: int = 50
    parallel: int = 4
    lease_seconds: float = 60
    max_attempts: int = 12
    first_wait_seconds: float = 5
    longest_wait_seconds: float = 3_600
    keep_days: float = 90
    reservation_minutes: float = 30
    registered_within_hours: dict[str, float] = field(default_factory=lambda: {"first_order_coupon": 72.0})
    slow_ms: float = 800
    slow_calls: int = 3
    error_share: float = 0.05
    least_calls: int = 20
    probe_seconds: float = 30
    probes: int = 5


def dispatch(name: str, value: object) -> Dispatch:
    """Read the section.

    >>> dispatch("dispatch", {"batch": 10}).batch
    10
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Dispatch)})
    made = Dispatch(**{key: _DISPATCH[key](f"{name}.{key}", given) for key, given in raw.items()})
    if made.database and not made.database.startswith(("postgresql://", "postgres://", "${")):
        raise UsageError(
            found(f"{FILE} {name}.database", made.database.partition("://")[0], "postgresql://… or nothing")
        )
    return made


def endpoints(name: str, value: object) -> tuple[Endpoint, ...]:
    """Read all endpoints.

    >>> endpoints("endpoints", [{"name": "crm", "kind": "file", "path": "data/crm"}])[0].repeatable
    True
    """
    made = tuple(_endpoint(mapping(f"[[{name}]]", given)) for given in items(name, value))
    names = [e.name for e in made]
    for one in names:
        if names.count(one) > 1:
            raise UsageError(found(f"{FILE} [[{name}]] name", one, "each name once"))
    return made


def fit(given: Sequence[Endpoint], how: Dispatch) -> None:
    """Refuse a call that may outlast the time for which its message belongs to the worker, an alarm or digest for nobody.

    Raises:
        UsageError: `timeout_ms` of an endpoint is more than half of `lease_seconds`, or `alarm` or `digest` names none.
    """
    team = [e.name for e in given if e.kind in ("robot", "email")]
    for place, names in (("alarm", (how.alarm,) if how.alarm else ()), ("digest", how.digest)):
        for name in names:
            if name not in team:
                allowed = ", ".join(team) or "no robot or email is declared"
                raise UsageError(found(f"{FILE} dispatch.{place}", name, allowed))
    most = int(how.lease_seconds * 500)
    for endpoint in given:
        if endpoint.timeout_ms > most:
            where = f"{FILE} [[endpoints]] {endpoint.name} timeout_ms"
            raise UsageError(found(where, endpoint.timeout_ms, f"at most {most}, half of dispatch.lease_seconds"))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name or address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("example.com")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _endpoint(raw: dict[str, Any]) -> Endpoint:
    where = f"{FILE} [[endpoints]]"
    only_known(where, raw, {f.name for f in fields(Endpoint)})
    kind = raw.get("kind")
    if kind not in KINDS:
        raise UsageError(found(f"{where} kind", kind, ", ".join(KINDS)))
    needed = ("name", "kind", *_NEEDED[kind])
    missing = [n for n in needed if n not in raw]
    if missing:
        raise UsageError(found(where, raw.get("name", raw), f"also {', '.join(missing)}"))
    useful = {*needed, *_USEFUL[kind]}
    for name in raw:
        if name not in useful:
            raise UsageError(found(f"{where} {raw['name']}", name, f"for {kind}: {', '.join(sorted(useful))}"))
    return Endpoint(**{k: _ENDPOINT[k](f"[[endpoints]] {k}", v) for k, v in raw.items()})


def _name(name: str, value: object) -> str:
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise UsageError(found(f"{FILE} {name}", value, "letters, digits and _ . -, at most 64"))
    return value


def address(name: str, value: object) -> str:
    """Where something is sent: https, or http on this machine, the host written out, nobody's name or password in it.

    >>> address("gorse.url", "http://127.0.0.1:8087")
    'http://127.0.0.1:8087'
    """
    url = text(name, value)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    shown = url.partition("?")[0]
    if not host or "$" in parts.netloc or re.search(r"[\s\x00-\x1f]", url):
        raise UsageError(found(f"{FILE} {name}", shown, "https://host/…, with the host written out"))
    if "@" in parts.netloc:
        raise UsageError(found(f"{FILE} {name}", f"{parts.scheme}://…@{host}", "no user and password in an address"))
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise UsageError(found(f"{FILE} {name}", shown, "https, or http on this machine"))
    return url


def _port(name: str, value: object) -> int:
    port = at_least_one(name, value)
    if port > _HIGHEST_PORT:
        raise UsageError(found(f"{FILE} {name}", value, f"at most {_HIGHEST_PORT}"))
    return port


def _choice(allowed: tuple[str, ...]) -> Callable[[str, object], str]:
    def read(name: str, value: object) -> str:
        if value not in allowed:
            raise UsageError(found(f"{FILE} {name}", value, ", ".join(allowed)))
        return str(value)

    return read


def _addresses(name: str, value: object) -> tuple[str, ...]:
    return tuple(_address(name, one) for one in texts(name, items(name, value)))


def _address(name: str, value: object) -> str:
    address = text(name, value)
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", address):
        raise UsageError(found(f"{FILE} {name}", address, "an address such as team@example.com"))
    return address


def _pages(name: str, value: object) -> str:
    """Where pages are found; nothing is sent there, but it stands as a link in what is sent."""
    place = text(name, value)
    is_safe = (
        len(place) <= _LONGEST_LINK and place.isprintable() and not re.search(r"[\s<>\"'`()\[\]]|^https?:///", place)
    )
    if not is_safe or not re.match(r"https://[^/@]+(/|$)|file://|/|\\\\|[A-Za-z]:[\\/]", place):
        allowed = f"https://…, file://… or a path, without blanks and brackets, at most {_LONGEST_LINK} characters"
        raise UsageError(found(f"{FILE} {name}", place[:80], allowed))
    return place.rstrip("/")


_NEEDED: dict[Kind, tuple[str, ...]] = {
    "webhook": ("url", "secret_env"),
    "file": ("path",),
    "robot": ("url",),
    "email": ("host", "sender", "recipients"),
}
_USEFUL: dict[Kind, tuple[str, ...]] = {
    "webhook": ("timeout_ms",),
    "file": (),
    "robot": ("timeout_ms",),
    "email": ("port", "user_env", "password_env", "starttls", "private_network", "timeout_ms"),
}
_ENDPOINT: dict[str, Any] = {
    "name": _name,
    "kind": text,
    "url": address,
    "path": text,
    "host": text,
    "port": _port,
    "secret_env": text,
    "user_env": text,
    "password_env": text,
    "sender": _address,
    "recipients": _addresses,
    "starttls": _choice(get_args(Tls)),
    "private_network": flag,
    "timeout_ms": at_least_one,
}


def _hours_by_hook(name: str, value: object) -> dict[str, float]:
    return {hook: above_zero(f"{name}.{hook}", hours) for hook, hours in mapping(name, value).items()}


_DISPATCH: dict[str, Any] = {
    "database": text,
    "alarm": text,
    "digest": texts,
    "digest_when": _choice(get_args(When)),
    "pages_url": _pages,
    "queue_limit": at_least_one,
    "batch": at_least_one,
    "parallel": at_least_one,
    "lease_seconds": above_zero,
    "max_attempts": at_least_one,
    "first_wait_seconds": number,
    "longest_wait_seconds": number,
    "keep_days": number,
    "reservation_minutes": above_zero,
    "registered_within_hours": _hours_by_hook,
    "slow_ms": number,
    "slow_calls": at_least_one,
    "error_share": share,
    "least_calls": at_least_one,
    "probe_seconds": number,
    "probes": whole,
}
