"""`ltv.toml`: read once, checked whole, frozen. Every setting has a default; an unknown one is an error, not a wish."""

from __future__ import annotations

import hashlib
import json
import tomllib
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ltv.contract import INPUTS
from ltv.errors import UsageError, found
from ltv.settings.attribution import Attribution, attribution
from ltv.settings.calendar import check_days
from ltv.settings.endpoints import Dispatch, Endpoint, dispatch, endpoints, fit
from ltv.settings.experiment import Experiment, experiments
from ltv.settings.indicators import Health, Indicator, health, indicators
from ltv.settings.offers import OfferPool, offers
from ltv.settings.playbooks import Playbook, Strategy, playbooks, strategy
from ltv.settings.playbooks import fit as fit_playbooks
from ltv.settings.readers import FILE, at_least_one, items, mapping, number, only_known, share, text, texts, whole
from ltv.settings.service import Objective, Prometheus, Routed, objectives, prometheus, routes
from ltv.settings.serving import Features, Gorse, features, gorse
from ltv.text import Lang, as_lang
from ltv.warehouse.local_time import zone

__all__ = ["FILE", "Experiment", "Health", "Identity", "Indicator", "Segment", "Settings", "Source", "load", "parse"]


@dataclass(frozen=True)
class Source:
    """Where a table comes from.

    Attributes:
        path: a glob relative to the workspace; default all files in `data/<table>/`.
        url: a database instead of files; `${NAME}` is taken from the environment when it is opened.
        query: what to read from the database; default the table of the same name.
        columns: contract name → source name.
        constants: contract name → fixed value.
        timezone: zone of naive timestamps; default the workspace's.
        sql: a SELECT over `source` that reshapes it.
        encoding: of text files, where it cannot be found out.
        delimiter: of CSV files, where it cannot be found out.
    """

    path: str | None = None
    url: str | None = None
    query: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    timezone: str | None = None
    sql: str | None = None
    encoding: str | None = None
    delimiter: str | None = None


@dataclass(frozen=True)
class Segment:
    """A group of people: everyone for whom `where` holds belongs to `name` of `kind`."""

    kind: str
    name: str
    where: str


@dataclass(frozen=True)
class Identity:
    """How identifiers become people.

    Attributes:
        junk: values that stand for nobody, in small letters; `*` stands for any letters.
        strength: kinds of identifiers, the strongest evidence first; others come after them.
        limits: kind → how many of them one person may have.
        max_neighbours: kind → one with more distinct neighbours is no evidence; others may have `most_neighbours`.
        most_neighbours: for kinds that `max_neighbours` does not name.
        passed_on: kinds that pass from one person to another for good, unlike devices, which are shared.
        public_after: a shared device that met more accounts than this is a public one, such as a kiosk.
        public_minutes: how long after a login a public device counts for that person.
    """

    junk: tuple[str, ...] = ("", "0", "00*0", "unknown", "null", "none", "nan", "n/a", "undefined", "test", "-")
    strength: tuple[str, ...] = (
        "member",
        "customer",
        "unionid",
        "openid",
        "phone_hmac",
        "email_hmac",
        "device",
        "cookie",
    )
    limits: dict[str, int] = field(default_factory=lambda: {"member": 1, "customer": 1})
    max_neighbours: dict[str, int] = field(default_factory=lambda: {"phone_hmac": 50, "email_hmac": 50})
    most_neighbours: int = 5_000
    passed_on: tuple[str, ...] = ("phone_hmac", "email_hmac")
    public_after: int = 6
    public_minutes: float = 30.0

    @property
    def public_us(self) -> int:
        """`public_minutes` in microseconds."""
        return round(self.public_minutes * 60_000_000)


@dataclass(frozen=True)
class Settings:
    """All settings of a workspace.

    Attributes:
        timezone: zone in which a day is a calendar day.
        currency: the one currency, an ISO code.
        languages: of pages; the first is the default.
        horizons_days: prediction horizons in days.
        earliest: rows before this day are refused.
        max_quarantine_share: a table with more bad rows than this is refused.
        freshness_hours: table → greatest age of its latest row in hours.
        memory_mb: memory limit of the engine in MiB; 0 means 60 % of RAM.
        threads: threads of the engine; 0 means all cores.
        notebook_timeout_s: a notebook that takes longer is stopped, in seconds.
        week_start: first day of a week.
        special_days: sales and feasts, which no baseline of ordinary weeks can hold; see `ltv.settings.calendar`.
        sources: table → where it comes from.
        identity: how identifiers become people.
        segments: groups of people.
        experiments: declared experiments.
        attribution: how credit is given to channels.
        health: how the health board looks.
        indicators: thresholds of the health board, and indicators of one's own.
        strategy: what holds for all playbooks.
        playbooks: when somebody is spoken to, who it is, and what is offered.
        offers: pools of offers that playbooks give away.
        endpoints: the only places messages are sent to.
        dispatch: how they are sent.
        objectives: what hooks promise.
        routes: routing tables of gray releases.
        prometheus: where counters of the shop are read.
        features: how feature versions are kept.
        gorse: the recommender that is fed.
    """

    timezone: str = "Asia/Shanghai"
    currency: str = "CNY"
    languages: tuple[Lang, ...] = ("zh", "en")
    horizons_days: tuple[int, ...] = (30, 90, 180, 365)
    earliest: date = date(2000, 1, 1)
    max_quarantine_share: float = 0.05
    freshness_hours: dict[str, float] = field(default_factory=dict)
    memory_mb: int = 0
    threads: int = 0
    notebook_timeout_s: int = 3600
    week_start: str = "monday"
    special_days: tuple[str, ...] = ()
    sources: dict[str, Source] = field(default_factory=dict)
    identity: Identity = field(default_factory=Identity)
    segments: tuple[Segment, ...] = ()
    experiments: tuple[Experiment, ...] = ()
    attribution: Attribution = field(default_factory=Attribution)
    health: Health = field(default_factory=Health)
    indicators: tuple[Indicator, ...] = ()
    strategy: Strategy = field(default_factory=Strategy)
    playbooks: tuple[Playbook, ...] = ()
    offers: tuple[OfferPool, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    dispatch: Dispatch = field(default_factory=Dispatch)
    objectives: tuple[Objective, ...] = ()
    routes: tuple[Routed, ...] = ()
    prometheus: Prometheus = field(default_factory=Prometheus)
    features: Features = field(default_factory=Features)
    gorse: Gorse = field(default_factory=Gorse)

    def threshold(self, indicator: str, *, otherwise: float) -> float:
        """The threshold that the file sets for an indicator, else another."""
        told = {i.name: i.threshold for i in self.indicators if i.threshold is not None}
        return told.get(indicator, otherwise)

    @property
    def segment_kinds(self) -> tuple[str, ...]:
        """Kinds of segments, in the order in which they stand."""
        return tuple(dict.fromkeys(s.kind for s in self.segments))

    @property
    def hash(self) -> str:
        """SHA-256 over all settings that can change a figure; how the machine is used does not count."""
        body = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in _NOT_HASHED}
        return hashlib.sha256(json.dumps(body, sort_keys=True, default=_plain).encode()).hexdigest()

    @property
    def shown(self) -> dict[str, str]:
        """The settings a page shows in its footer."""
        names = ("timezone", "currency", "languages", "horizons_days", "earliest", "max_quarantine_share")
        body = {n: getattr(self, n) for n in names}
        return {k: ", ".join(map(str, v)) if isinstance(v, tuple) else str(v) for k, v in body.items()}


_NOT_HASHED = (
    "memory_mb", "threads", "notebook_timeout_s", "offers", "endpoints", "dispatch", "prometheus", "features", "gorse",
)  # fmt: skip


_SECTIONS = (Source, Segment, Identity, Attribution, Health, Indicator, Strategy, Playbook, Objective, Routed)


def _plain(value: object) -> object:
    if isinstance(value, Experiment):
        return vars(value) | {"variants": list(value.variants.items())}  # their order decides who gets which
    return vars(value) if isinstance(value, _SECTIONS) else str(value)


def load(workspace: Path) -> Settings:
    """Read the settings of a workspace.

    Raises:
        UsageError: the folder or its `ltv.toml` is not there, or something in it is unknown or of the wrong type.
    """
    path = workspace / FILE
    if not path.is_file():
        raise UsageError(found("workspace", str(workspace), f"a folder with an {FILE}"))
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad begins a file with a mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None
    return parse(raw)


def parse(raw: dict[str, Any]) -> Settings:
    """Check settings that were read.

    >>> parse({"timezone": "Europe/London", "currency": "GBP"}).currency
    'GBP'
    >>> parse({"timezon": "UTC"})
    Traceback (most recent call last):
    ...
    ltv.errors.UsageError: ltv.toml: found 'timezon', allowed: timezone
    """
    known = {f.name for f in fields(Settings)}
    only_known(FILE, raw, known)
    given = {k: _READERS[k](k, v) for k, v in raw.items()}
    settings = Settings(**given)
    zone(settings.timezone)
    fit(settings.endpoints, settings.dispatch)
    kinds = settings.segment_kinds
    fit_playbooks(
        settings.playbooks, endpoints=settings.endpoints, indicators=settings.indicators, segments=kinds,
        rules=settings.strategy,
    )  # fmt: skip
    return settings


def _currency(name: str, value: object) -> str:
    code = text(name, value)
    if not (len(code) == 3 and code.isascii() and code.isupper()):  # noqa: PLR2004  an ISO 4217 code
        raise UsageError(found(f"{FILE} {name}", value, "an ISO code of three capitals such as CNY"))
    return code


def _day(name: str, value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise UsageError(found(f"{FILE} {name}", str(value), "a date such as 2000-01-01"))
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        raise UsageError(found(f"{FILE} {name}", value, "a date such as 2000-01-01")) from None


def _horizons(name: str, value: object) -> tuple[int, ...]:
    days = tuple(whole(name, v) for v in items(name, value))
    if min(days) < 1 or len(set(days)) < len(days):
        raise UsageError(found(f"{FILE} {name}", value, "whole days above 0, each once"))
    return days


def _languages(name: str, value: object) -> tuple[Lang, ...]:
    return tuple(as_lang(text(name, v)) for v in items(name, value))


def _week_start(name: str, value: object) -> str:
    if value not in ("monday", "sunday"):
        raise UsageError(found(f"{FILE} {name}", value, "monday, sunday"))
    return str(value)


def _special_days(name: str, value: object) -> tuple[str, ...]:
    return check_days(f"{FILE} {name}", [text(name, v) for v in items(name, value)])


def _freshness(name: str, value: object) -> dict[str, float]:
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, set(INPUTS))
    return {k: number(f"{name}.{k}", v) for k, v in raw.items()}


def _sources(name: str, value: object) -> dict[str, Source]:
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}.…]", raw, set(INPUTS))
    return {table: _source(table, mapping(f"{name}.{table}", body)) for table, body in raw.items()}


def _source(table: str, raw: dict[str, Any]) -> Source:
    where = f"[sources.{table}]"
    only_known(f"{FILE} {where}", raw, {f.name for f in fields(Source)})
    given: dict[str, Any] = {}
    for name, value in raw.items():
        if name in ("columns", "constants"):
            pairs = mapping(f"{where} {name}", value)
            given[name] = {
                k: text(f"{where} {name}.{k}", str(v) if name == "constants" else v) for k, v in pairs.items()
            }
            only_known(
                f"{FILE} {where} {name}", given[name], _columns_of(table, set(pairs) if name == "columns" else set())
            )
        else:
            given[name] = text(f"{where} {name}", value)
    source = Source(**given)
    if source.timezone:
        zone(source.timezone)
    if source.path and source.url:
        raise UsageError(found(f"{FILE} {where}", "path and url", "one of them"))
    if source.query and not source.url:
        raise UsageError(found(f"{FILE} {where} query", source.query, "only with url (use sql to reshape files)"))
    return source


def _columns_of(table: str, asked: set[str]) -> set[str]:
    """The contract's columns and those beyond it that do not take the name of another, or of one that is computed."""
    taken = {n.lower() for n in INPUTS[table].names} | {"user_id", "day", "value"}
    extra = {n for n in asked if n.lower() not in taken and not n.startswith("_") and not n.endswith("_user_id")}
    return {*INPUTS[table].names} | extra


def _segments(name: str, value: object) -> tuple[Segment, ...]:
    return tuple(_segment(mapping(f"[[{name}]]", v)) for v in items(name, value))


def _segment(raw: dict[str, Any]) -> Segment:
    wanted = {f.name for f in fields(Segment)}
    only_known(f"{FILE} [[segments]]", raw, wanted)
    missing = sorted(wanted - set(raw))
    if missing:
        raise UsageError(found(f"{FILE} [[segments]]", raw, f"also {', '.join(missing)}"))
    segment = Segment(**{k: text(f"[[segments]] {k}", v) for k, v in raw.items()})
    if segment.kind == "all":
        raise UsageError(found(f"{FILE} [[segments]] kind", "all", "another name: `all` is the whole base"))
    return segment


def _identity(name: str, value: object) -> Identity:
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Identity)})
    return Identity(**{k: _IDENTITY[k](f"{name}.{k}", v) for k, v in raw.items()})


def _counts(name: str, value: object) -> dict[str, int]:
    return {k: at_least_one(f"{name}.{k}", v) for k, v in mapping(name, value).items()}


_IDENTITY: dict[str, Any] = {
    "junk": texts,
    "strength": texts,
    "limits": _counts,
    "max_neighbours": _counts,
    "most_neighbours": at_least_one,
    "passed_on": texts,
    "public_after": at_least_one,
    "public_minutes": number,
}


_READERS: dict[str, Any] = {
    "timezone": text,
    "currency": _currency,
    "languages": _languages,
    "horizons_days": _horizons,
    "earliest": _day,
    "max_quarantine_share": share,
    "freshness_hours": _freshness,
    "memory_mb": whole,
    "threads": whole,
    "notebook_timeout_s": whole,
    "week_start": _week_start,
    "special_days": _special_days,
    "sources": _sources,
    "identity": _identity,
    "segments": _segments,
    "experiments": experiments,
    "attribution": attribution,
    "health": health,
    "indicators": indicators,
    "strategy": strategy,
    "playbooks": playbooks,
    "offers": offers,
    "endpoints": endpoints,
    "dispatch": dispatch,
    "objectives": objectives,
    "routes": routes,
    "prometheus": prometheus,
    "features": features,
    "gorse": gorse,
}
