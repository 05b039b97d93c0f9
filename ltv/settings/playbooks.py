"""`[[playbooks]]` and `[strategy]` of `ltv.toml`: when somebody is spoken to, who it is, what is offered, and what it may cost."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from ltv.errors import UsageError, found
from ltv.settings.expressions import condition
from ltv.settings.indicators import BUILT_IN, Indicator
from ltv.settings.readers import FILE, at_least_one, items, mapping, number, only_known, share, text, texts, whole
from ltv.text import Text

if TYPE_CHECKING:
    from ltv.settings.endpoints import Endpoint

ACTIONS = (
    "personal_voucher",
    "study_bundle",
    "call",
    "invite_friend",
    "short_video",
    "coupon",
    "contact_frequency",
)
EVERY_DAY = "every_day"
# What a condition may speak of, beside one column for each kind of segments; `strategy_people.sql` makes them.
PEOPLE_COLUMNS = {
    "user_id": "BIGINT", "registered_at": "TIMESTAMP", "hours_registered": "DOUBLE", "age": "BIGINT", "gender": "VARCHAR",
    "city": "VARCHAR", "level": "VARCHAR", "acquisition_channel": "VARCHAR", "orders": "BIGINT", "value_to_date": "DOUBLE",
    "hours_to_first_order": "DOUBLE", "days_since_order": "DOUBLE", "expected": "DOUBLE", "p_purchase": "DOUBLE",
    "decile": "BIGINT", "churn_probability": "DOUBLE", "days_since_last": "DOUBLE",
}  # fmt: skip
FREQUENCY = "contact_frequency"
_DECILES = 10
_LEAST_CONTROL = 0.01
_HOUR = 60


@dataclass(frozen=True)
class Playbook:
    """A rule for speaking to people.

    Attributes:
        name: what it is called.
        actions: what is done; of several each person gets one.
        who: condition on people, see `PEOPLE_COLUMNS`.
        when: an indicator that has triggered, or `every_day`.
        segment: `kind/segment` in which the indicator has triggered.
        channel: people have agreed to be contacted by it.
        endpoint: where it is sent to.
        budget: most money of a plan.
        costs: action → money for each person who is spoken to.
        offers: action → offer that is reserved.
        order_by: column by which people come first, the largest first.
        most_people: of a plan.
        control: part of the people that gets nothing, by chance, to compare with.
        expires_hours: after so many hours nothing is sent any more.
        again_after_days: somebody who was in it is left alone for so long.
        horizon_days: days over which value is compared.
        frequency: of `contact_frequency`: contacts in the next `horizon_days` for deciles 1 to 10 of predicted value.
        title_zh: what Chinese pages call it; its name by default.
        title_en: what English pages call it; its name by default.
    """

    name: str
    actions: tuple[str, ...]
    who: str
    channel: str
    endpoint: str
    budget: float
    when: str = EVERY_DAY
    segment: str = "all/all"
    costs: dict[str, float] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    order_by: str = "expected"
    most_people: int = 1_000
    control: float = 0.1
    expires_hours: float = 72
    again_after_days: int = 30
    horizon_days: int = 30
    frequency: tuple[int, ...] = ()
    title_zh: str = ""
    title_en: str = ""

    @property
    def title(self) -> Text:
        """What pages call it."""
        return Text(self.title_zh or self.name, self.title_en or self.name)

    @property
    def speaks(self) -> bool:
        """Whether it speaks to people; how often others may speak to them is said to the CRM alone."""
        return self.actions != (FREQUENCY,)

    @property
    def where(self) -> tuple[str, str]:
        """Kind and segment of the indicator."""
        kind, _, segment = self.segment.partition("/")
        return kind, segment

    def cost_of(self, action: str) -> float:
        """Money for one person."""
        return self.costs.get(action, 0.0)


@dataclass(frozen=True)
class Strategy:
    """What holds for all playbooks.

    Attributes:
        contact_cap: contacts a person may have in `cap_days`, those of the shop's own campaigns among them.
        cap_days: days that are counted.
        quiet_hours: from and to, in the workspace's timezone: nobody is spoken to.
        approve_people: a plan for more people waits for `ltv strategy approve`.
        approve_cost: so does one that costs more.
        fresh_days: an indicator that triggered so many days ago still starts a playbook.
        identifiers: kinds of identifiers that are sent along, so that the receiver knows who is meant.
    """

    contact_cap: int = 3
    cap_days: int = 7
    quiet_hours: tuple[str, ...] = ("21:00", "09:00")
    approve_people: int = 1_000
    approve_cost: float = 5_000
    fresh_days: int = 3
    identifiers: tuple[str, ...] = ("member",)


def strategy(name: str, value: object) -> Strategy:
    """Read the section `[strategy]`.

    >>> strategy("strategy", {"contact_cap": 2}).contact_cap
    2
    """
    raw = mapping(name, value)
    only_known(f"{FILE} [{name}]", raw, {f.name for f in fields(Strategy)})
    return Strategy(**{key: _STRATEGY[key](f"{name}.{key}", given) for key, given in raw.items()})


def playbooks(name: str, value: object) -> tuple[Playbook, ...]:
    """Read the sections `[[playbooks]]`.

    Args:
        name: `playbooks`.
        value: what `ltv.toml` has under it.
    """
    read = tuple(_playbook(mapping(f"[[{name}]]", v)) for v in items(name, value))
    names = [p.name for p in read]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice is not None:
        raise UsageError(found(f"{FILE} [[{name}]] name", twice, "each name once"))
    return read


def _playbook(raw: dict[str, Any]) -> Playbook:
    only_known(f"{FILE} [[playbooks]]", raw, {f.name for f in fields(Playbook)})
    missing = [name for name in ("name", "actions", "who", "channel", "endpoint", "budget") if name not in raw]
    if missing:
        raise UsageError(found(f"{FILE} [[playbooks]]", raw, f"also {', '.join(missing)}"))
    place = f"[[playbooks]] {text('[[playbooks]] name', raw['name'])}"
    read = Playbook(**{key: _PLAYBOOK[key](f"{place} {key}", given) for key, given in raw.items()})
    for name in ("costs", "offers"):
        for action in getattr(read, name):
            if action not in read.actions:
                raise UsageError(found(f"{FILE} {place} {name}", action, ", ".join(read.actions)))
    _frequency_fits(place, read)
    return read


def _frequency_fits(place: str, read: Playbook) -> None:
    if FREQUENCY in read.actions and read.speaks:
        raise UsageError(found(f"{FILE} {place} actions", ", ".join(read.actions), f"{FREQUENCY} alone, or without it"))
    if read.speaks and read.frequency:
        raise UsageError(found(f"{FILE} {place} frequency", list(read.frequency), f"only with {FREQUENCY}"))
    if not read.speaks and len(read.frequency) != _DECILES:
        raise UsageError(found(f"{FILE} {place} frequency", list(read.frequency), "10 numbers, for deciles 1 to 10"))


def fit(
    read: Sequence[Playbook],
    *,
    endpoints: Sequence[Endpoint],
    indicators: Sequence[Indicator],
    segments: Collection[str],
    rules: Strategy,
) -> None:
    """Check that what playbooks speak of is there.

    Args:
        read: the playbooks.
        endpoints: those of the settings.
        indicators: those of the settings; the suite's own are known.
        segments: kinds of segments, each a column people have.
        rules: what holds for all of them.

    Raises:
        UsageError: a condition or an order speaks of an unknown column, or there is no such endpoint or indicator.
    """
    columns = {*PEOPLE_COLUMNS, *segments}
    known = [EVERY_DAY, *BUILT_IN, *(i.name for i in indicators if i.name not in BUILT_IN)]
    names = [e.name for e in endpoints]
    for p in read:
        place = f"{FILE} [[playbooks]] {p.name}"
        condition(f"{place} who", p.who, columns, example="a condition such as churn_probability > 0.5")
        if p.order_by not in columns:
            raise UsageError(found(f"{place} order_by", p.order_by, ", ".join(sorted(columns))))
        if p.when not in known:
            raise UsageError(found(f"{place} when", p.when, ", ".join(known)))
        if p.endpoint not in names:
            raise UsageError(found(f"{place} endpoint", p.endpoint, ", ".join(names) or "a name under [[endpoints]]"))
        most = rules.contact_cap * p.horizon_days // rules.cap_days
        if max(p.frequency, default=0) > most:
            allowed = f"at most {most}: contact_cap is {rules.contact_cap} in {rules.cap_days} days"
            raise UsageError(found(f"{place} frequency", max(p.frequency), allowed))


def _actions(name: str, value: object) -> tuple[str, ...]:
    read = texts(name, items(name, value))
    for action in read:
        if action not in ACTIONS:
            raise UsageError(found(f"{FILE} {name}", action, ", ".join(ACTIONS)))
    if len(set(read)) < len(read):
        raise UsageError(found(f"{FILE} {name}", value, "each action once"))
    return read


def _money(name: str, value: object) -> float:
    amount = number(name, value)
    if amount <= 0:
        raise UsageError(found(f"{FILE} {name}", value, "an amount of money above 0"))
    return amount


def _hours(name: str, value: object) -> float:
    hours = number(name, value)
    if hours <= 0:
        raise UsageError(found(f"{FILE} {name}", value, "hours above 0"))
    return hours


def _control(name: str, value: object) -> float:
    part = share(name, value)
    if not _LEAST_CONTROL <= part <= 0.9:  # noqa: PLR2004  who is to be spoken to at all
        raise UsageError(found(f"{FILE} {name}", value, f"{_LEAST_CONTROL} to 0.9: what is not compared is not known"))
    return part


def _amounts(name: str, value: object) -> dict[str, float]:
    return {key: number(f"{name}.{key}", given) for key, given in mapping(name, value).items()}


def _offers(name: str, value: object) -> dict[str, str]:
    return {key: text(f"{name}.{key}", given) for key, given in mapping(name, value).items()}


def _counts(name: str, value: object) -> tuple[int, ...]:
    return tuple(whole(name, count) for count in items(name, value))


def _segment(name: str, value: object) -> str:
    read = text(name, value)
    kind, slash, segment = read.partition("/")
    if not (kind and slash and segment):
        raise UsageError(found(f"{FILE} {name}", value, "kind/segment such as all/all or age_group/students"))
    return read


def _quiet(name: str, value: object) -> tuple[str, ...]:
    read = texts(name, value)
    if read and (len(read) != 2 or any(minute_of_day(v) is None for v in read)):  # noqa: PLR2004  from and to
        raise UsageError(found(f"{FILE} {name}", value, 'two times such as ["21:00", "09:00"], or an empty list'))
    return read


def minute_of_day(clock: str) -> int | None:
    """Minutes since midnight of a time, or None where it is none.

    >>> minute_of_day("09:30"), minute_of_day("24:00")
    (570, None)
    """
    hour, colon, minute = clock.partition(":")
    if not (colon and len(clock) == len("00:00") and (hour + minute).isdecimal()):
        return None
    inside = int(hour) < 24 and int(minute) < _HOUR  # noqa: PLR2004  hours of a day
    return int(hour) * _HOUR + int(minute) if inside else None


_PLAYBOOK: dict[str, Any] = {
    "name": text, "actions": _actions, "who": text, "channel": text, "endpoint": text, "budget": _money, "when": text,
    "segment": _segment, "costs": _amounts, "offers": _offers, "order_by": text, "most_people": at_least_one,
    "control": _control, "expires_hours": _hours, "again_after_days": at_least_one, "horizon_days": at_least_one,
    "frequency": _counts, "title_zh": text, "title_en": text,
}  # fmt: skip
_STRATEGY: dict[str, Any] = {
    "contact_cap": at_least_one, "cap_days": at_least_one, "quiet_hours": _quiet, "approve_people": at_least_one,
    "approve_cost": number, "fresh_days": at_least_one, "identifiers": texts,
}  # fmt: skip
