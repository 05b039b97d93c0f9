"""The tables and charts of the funnel page as views: rows, columns, words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ltv.behaviour.averages import with_interval
from ltv.behaviour.funnel_figures import duration
from ltv.behaviour.funnel_words import KIND, STATUS, WORDS, step
from ltv.behaviour.who import WHO, column, people_of
from ltv.result import Column, View, Worded
from ltv.text import Text, Unit, same

if TYPE_CHECKING:
    import pandas as pd

_MOST_NEXT, SHOWN_DAYS = 5, 90


def group(kind: str, segment: str) -> Text:
    """What a group is called.

    >>> group("status", "new").en, group("city", "上海").en
    ('not registered', '上海')
    """
    return STATUS.get(segment, same(segment)) if kind == "status" else same(segment)


def _column(name: str, unit: Unit = "text", worded: Worded | None = None, label: Text | None = None) -> Column:
    return Column(name, label or WORDS[name], unit, words=worded.words if worded else {})


def _frame(rows: Sequence[dict[str, Any]], columns: Sequence[Column]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=[c.name for c in columns])


def _tuples(rows: pd.DataFrame) -> Any:  # noqa: ANN401  named tuples of pandas
    return rows.itertuples()


def _view(
    name: str, kind: Literal["chart", "table"], rows: pd.DataFrame, columns: Sequence[Column], **named: Text
) -> View:
    alt = WORDS[f"{name}_alt"] if kind == "chart" else None
    return View(kind, WORDS[f"{name}_title"], WORDS[f"{name}_note"].format(**named), rows, tuple(columns), alt=alt)


def funnel(rows: pd.DataFrame, told: Worded, window: Text, ties: Text) -> View:
    """The chart of the funnel: everybody, and each group."""
    named = Worded()
    rows = rows.assign(step=[named(step(s)) for s in rows["name"]])
    whole = rows[rows[WHO] == rows[WHO].iloc[0]]
    kind: Literal["chart", "table"] = "chart" if whole["users"].iloc[0] else "table"
    counts, rates = ("users", "pending", "users_closed"), ("rate_from_previous", "rate_from_first", "low", "high")
    columns = [
        column(told),
        _column("step", worded=named),
        *(_column(k, "count") for k in counts),
        *(_column(k, "rate") for k in rates),
    ]
    shown = rows[[c.name for c in columns]]
    view = _view("funnel", kind, shown, columns, window=window, ties=ties)
    return replace(view, selector=WHO if kind == "chart" else None)


def groups(table: pd.DataFrame, told: Worded) -> pd.DataFrame:
    """Steps of everybody and of each group, with the interval of the share who came so far."""
    import pandas as pd

    parts = [part.sort_values("step_index").assign(**{WHO: name}) for name, part in people_of(table, told)]
    rows = pd.concat(parts, ignore_index=True).rename(columns={"step": "name"})
    entered = rows.groupby(WHO, sort=False)["users_closed"].transform("first")
    is_first = rows["step_index"] == 0
    rates = ["rate_from_previous", "rate_from_first", "low", "high"]
    told_rates = with_interval(rows, rows["users_closed"], entered)[rates].astype(float).mask(is_first)
    return rows.assign(**{name: told_rates[name] for name in rates})


def steps(whole: pd.DataFrame) -> View:
    """The same as a table with times."""
    rows, columns = _of_steps(whole)
    return _view("steps", "table", rows, columns)


def _of_steps(whole: pd.DataFrame) -> tuple[pd.DataFrame, list[Column]]:
    named, time = Worded(), Worded()
    rows = []
    for r in _tuples(whole):
        row = {"step": named(step(r.step)), "users": r.users, "pending": r.pending, "users_closed": r.users_closed}
        if r.step_index:
            row |= {"rate_from_previous": r.rate_from_previous, "rate_from_first": r.rate_from_first}
            row["median"] = time(duration(r.median_seconds_from_previous))
        rows.append(row)
    columns = [
        _column("step", worded=named),
        *(_column(k, "count") for k in ("users", "pending", "users_closed")),
        *(_column(k, "rate") for k in ("rate_from_previous", "rate_from_first")),
        _column("median", worded=time),
    ]
    return _frame(rows, columns), columns


def breakdown(table: pd.DataFrame, names: Sequence[str]) -> View:
    """One row a group: people who entered, and the share of them who reached each step."""
    kind_word, group_word = Worded(), Worded()
    rows = []
    for (kind, segment), part in table[table["segment_kind"] != "all"].groupby(["segment_kind", "segment"], sort=False):
        of = part.set_index("step_index")
        row: dict[str, Any] = {"segment_kind": kind_word(KIND.get(str(kind), same(str(kind))))}
        row["segment"] = group_word(group(str(kind), str(segment)))
        row |= {
            "entered": of.loc[0, "users"],
            "pending": of.loc[0, "pending"],
            "users_closed": of.loc[0, "users_closed"],
        }
        row |= {f"rate {k}": of.loc[k, "rate_from_first"] for k in range(1, len(names))}
        rows.append(row)
    columns = [
        _column("segment_kind", worded=kind_word),
        _column("segment", worded=group_word),
        *(_column(k, "count") for k in ("entered", "pending", "users_closed")),
        *(_column(f"rate {k}", "rate", label=step(names[k])) for k in range(1, len(names))),
    ]
    return _view("breakdown", "table", _frame(rows, columns), columns)


def instead(rows: pd.DataFrame) -> View:
    """The most frequent next events of those lost after each step."""
    named, event = Worded(), Worded()
    told = [
        {
            "lost_after": named(step(r.step)),
            "lost": r.lost,
            "instead": event(step(r.event) if isinstance(r.event, str) else WORDS["nothing"]),
            "people": r.people,
            "share": r.share,
        }
        for _, part in rows.groupby("step_index")
        for r in _tuples(part.head(_MOST_NEXT))
    ]
    columns = [
        _column("lost_after", worded=named),
        _column("lost", "count"),
        _column("instead", worded=event),
        _column("people", "count"),
        _column("share", "rate"),
    ]
    return _view("instead", "table", _frame(told, columns), columns)


def rolling(rows: pd.DataFrame, window: Text) -> View:
    """The chart of conversion by day of entry."""
    names = (
        ("date", "date"),
        ("entrants", "count"),
        ("converted", "count"),
        ("days_with_data", "count"),
        ("rate_7d", "rate"),
        ("low", "rate"),
        ("high", "rate"),
    )
    rows = rows.tail(SHOWN_DAYS)
    columns = [Column(name, WORDS[name], unit) for name, unit in names]  # type: ignore[arg-type]
    kind: Literal["chart", "table"] = "chart" if rows["rate_7d"].notna().any() else "table"
    return _view("rolling", kind, rows[[c.name for c in columns]], columns, window=window)
