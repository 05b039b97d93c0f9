"""`ltv.open`: a workspace as of a date, with its tables, its people and its results."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict

from ltv import progress, sql
from ltv import settings as settings_module
from ltv.contract import INPUTS
from ltv.contract.orders import is_paid, is_purchase
from ltv.errors import CorruptError, DataRefusedError, LtvError, MissingTableError, UsageError, found
from ltv.identity import segments
from ltv.result import Result
from ltv.settings import Settings
from ltv.text import speak
from ltv.warehouse.duck import DuckEngine
from ltv.warehouse.files import Manifest
from ltv.warehouse.local_time import day_start
from ltv.warehouse.table import Table
from ltv.workspace import inputs
from ltv.workspace.clock import start_of_run
from ltv.workspace.fingerprints import input_hash
from ltv.workspace.judge import outdated, unusable
from ltv.workspace.models import Models
from ltv.workspace.people import attach_people
from ltv.workspace.prepare import Preparation, Prepared
from ltv.workspace.store import check_result, published_dates, published_folder, read_result, store
from ltv.workspace.views import as_of_view, empty
from ltv.workspace.watching import watcher

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

RUN_FOLDER = "LTV_RUN_DIR"


class Terms(TypedDict):
    """The last day included, the calendar and the currency."""

    as_of: dt.date
    timezone: str
    week_start: Literal["monday", "sunday"]
    currency: str


@dataclass(frozen=True)
class Workspace:
    """A workspace as of a date; its input tables are attributes: `ws.orders`, `ws.events`, and so on.

    Attributes:
        root: the folder with `ltv.toml`.
        settings: what stands in it.
        date: the day reported on.
        as_of: the exclusive end of that day, naive UTC; nothing later is visible.
        engine: where the tables live.
        prepared: what was found in each input.
        run: folder of the run this belongs to, or None when opened by hand.
        blocked: tables that are there but must not be used, each with the reason.
    """

    root: Path
    settings: Settings
    date: dt.date
    as_of: datetime
    engine: DuckEngine
    prepared: dict[str, Prepared]
    run: Path | None = None
    blocked: dict[str, str] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Table:
        if name in INPUTS or name in ("people", "user_segments", "user_ids"):
            return self._table(name)
        raise AttributeError(found("workspace attribute", name, ", ".join(INPUTS)))

    def __dir__(self) -> list[str]:
        return sorted([*object.__dir__(self), *INPUTS, "people", "user_segments", "user_ids"])

    def _table(self, name: str) -> Table:
        if name in self.blocked:
            raise MissingTableError(name, self.blocked[name])
        if name in INPUTS and self.prepared[name].folder is None:
            raise MissingTableError(name)
        return Table(self.engine, name)

    def optional(self, name: str) -> Table | None:
        """Return an input table, or None where it is not there.

        Raises:
            UsageError: the contract has no input table of that name.
        """
        if name not in INPUTS:
            raise UsageError(found("table", name, ", ".join(INPUTS)))
        try:
            return self._table(name)
        except MissingTableError:
            return None

    def any_of(self, *names: str) -> list[Table]:
        """Return input tables of which a page needs one; a table that is not there comes without rows.

        Raises:
            UsageError: the contract has no input table of that name.
            MissingTableError: none of them is there.
        """
        there = {name: self.optional(name) for name in names}
        if all(table is None for table in there.values()):
            raise MissingTableError(names[0], f"nor any of {', '.join(names[1:])}")
        return [Table(self.engine, name) for name in there]

    def result(self, name: str, date: dt.date | str | None = None) -> pd.DataFrame:
        """Return a result table as a data frame: of this run, or as published for a date (default: this one).

        Raises:
            UsageError: the contract has no result table of that name, or the date is none.
            MissingTableError: no run has written it for that date.
            CorruptError: the stored file is not the one that was written.
        """
        day = as_day(date or self.date)
        own = [self.run / "results"] if self.run and day == self.date else []
        return read_result(name, [*own, published_folder(self.root, day)], day=str(day))

    def results(self, *names: str) -> dict[str, pd.DataFrame]:
        """Return those of several result tables that are there, by name: of this run, or as published for this date.

        Raises:
            UsageError: the contract has no result table of that name.
            CorruptError: a stored file is not the one that was written.
        """
        found_: dict[str, pd.DataFrame] = {}
        for name in names:
            try:
                found_[name] = self.result(name)
            except MissingTableError:
                continue
        return found_

    def earlier(self, name: str) -> tuple[pd.DataFrame | None, str]:
        """Return a result table of the newest published date before this one, and that date; None where there is none.

        Raises:
            UsageError: the contract has no result table of that name.
            CorruptError: the stored file is not the one that was written.
        """
        for day in (d for d in published_dates(self.root) if d < str(self.date)):
            try:
                return self.result(name, day), day
            except MissingTableError:
                continue
        return None, ""

    def said(self, *names: str, days_ago: Sequence[int]) -> list[tuple[dt.date, list[pd.DataFrame]]]:
        """Result tables that were published so many days before this date, where all of them are there.

        People are numbered as they are now; those who have become several since keep their last number.

        Args:
            names: result tables.
            days_ago: whole days.

        Returns:
            date and tables in the order of their names, the earliest first.

        Raises:
            UsageError: the contract has no result table of that name.
            CorruptError: a stored file is not the one that was written.
        """
        found_then: list[tuple[dt.date, list[pd.DataFrame]]] = []
        for day in sorted(self.date - timedelta(days=n) for n in days_ago):
            try:
                found_then.append((day, [self._as_numbered_now(name, day) for name in names]))
            except MissingTableError:
                continue
        return found_then

    def _as_numbered_now(self, name: str, day: dt.date) -> pd.DataFrame:
        from ltv.workspace.restated import restated

        then = self.result(name, day)
        return restated(self, name, day).table if "user_id" in then else then

    @property
    def lasting_kinds(self) -> frozenset[str]:
        """Kinds of segments that do not speak of what people have bought, as models are tested in."""
        return segments.told_at_any_time(self.settings.segments)

    @property
    def terms(self) -> Terms:
        """What every analysis is told of the workspace: `ltv.retention(ws.orders, **ws.terms)`."""
        s = self.settings
        start: Literal["monday", "sunday"] = "sunday" if s.week_start == "sunday" else "monday"
        return Terms(as_of=self.date, timezone=s.timezone, week_start=start, currency=s.currency)

    @property
    def models(self) -> Models:
        """The model registry as this date may use it."""
        return Models(self.root, self.date, timezone=self.settings.timezone, data_hash=self.data_hash)

    @property
    def data_hash(self) -> str:
        """SHA-256 over the content of all inputs, for what is made from them."""
        return input_hash(self.prepared)

    def save(self, name: str, result: Result | pd.DataFrame) -> None:
        """Check a result table against the contract and, in a run, write it; by hand it is only checked.

        Raises:
            UsageError: the table is not one of the contract, or its columns, types or keys are not the contract's.
        """
        frame = check_result(name, result.table if isinstance(result, Result) else result)
        if self.run is not None:
            store(name, frame, folder=self.run / "results", run_id=self.run.name)

    def close(self) -> None:
        """Give memory and files back."""
        self.engine.close()

    def __repr__(self) -> str:
        there = [n for n, p in self.prepared.items() if p.folder is not None]
        return f"<Workspace {self.root} as of the end of {self.date}: {', '.join(there) or 'no tables'}>"


def open(  # noqa: A001  the contract's name
    workspace: str | Path = ".", *, date: str | dt.date | None = None, lang: str | None = None
) -> Workspace:
    """Open a workspace as of a date.

    Args:
        workspace: the folder with `ltv.toml`.
        date: day to report on, `YYYY-MM-DD`; default the newest published one, else the last day with orders.
        lang: language in which results show themselves below a cell, zh or en; default the first of the settings.

    Raises:
        UsageError: no workspace there, a bad setting, or a date that is none.
        DataRefusedError: the required table is missing or cannot be read.
        CorruptError: a stored file is not the one that was written.
    """
    root = Path(workspace).resolve()
    run = os.environ.get(RUN_FOLDER)
    settings = settings_module.load(root)
    speak(lang or settings.languages[0])
    progress.watch(watcher())
    if run:
        return assemble(root, settings, inputs.read(Path(run)), date=date or None, run=Path(run))
    prepared = Preparation(root, settings, start_of_run(), hmac_key(root)).all()
    return assemble(root, settings, prepared, date=date or None)


def hmac_key(root: Path) -> bytes | None:
    """The workspace's secret for raw phone numbers and e-mail addresses."""
    from ltv.sources.privacy import key_of

    return key_of(root)


def as_day(value: str | dt.date) -> dt.date:
    """Read a day.

    Raises:
        UsageError: not `YYYY-MM-DD`.

    >>> as_day("2026-06-30")
    datetime.date(2026, 6, 30)
    """
    if isinstance(value, dt.date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise UsageError(found("date", value, "a day as YYYY-MM-DD")) from None


def assemble(
    root: Path,
    settings: Settings,
    prepared: dict[str, Prepared],
    *,
    date: str | dt.date | None,
    run: Path | None = None,
) -> Workspace:
    """Build the engine and the as-of views over prepared tables.

    Raises:
        DataRefusedError: the required table is missing, too bad or too old.
        UsageError: a segment's condition cannot be evaluated.
    """
    blocked = unusable(prepared, settings)
    refuse_without_orders(prepared, blocked)
    there = {n: p for n, p in prepared.items() if p.unified is not None and n not in blocked}
    engine = DuckEngine(memory_mb=settings.memory_mb, threads=settings.threads)
    try:
        day, as_of, old = _define(engine, root, settings, there, date)
    except BaseException:
        engine.close()
        raise
    return Workspace(root, settings, day, as_of, engine, prepared, run, blocked | old)


def refuse_without_orders(prepared: Mapping[str, Prepared], blocked: Mapping[str, str]) -> None:
    """Stop where the one required table is not there.

    Raises:
        DataRefusedError: no orders, or orders that cannot be used.
    """
    if "orders" in blocked:
        raise DataRefusedError(blocked["orders"])
    facts = prepared["orders"].facts
    if facts is None:
        raise DataRefusedError(
            "orders: found no file, allowed: files in data/orders/ or a [sources.orders] in ltv.toml"
        )
    if not facts.accepted:
        raise DataRefusedError("orders: found no row, allowed: at least one order")


def _define(
    engine: DuckEngine, root: Path, settings: Settings, there: Mapping[str, Prepared], date: str | dt.date | None
) -> tuple[dt.date, datetime, dict[str, str]]:
    """Define each table as known at the end of the day; return the day, its exclusive end and what is too old."""
    for name, p in there.items():
        assert p.unified is not None  # noqa: S101
        engine.attach(f"all {name}", [Manifest(p.unified.parent).verify(p.unified)])
    day = as_day(date) if date else _newest(root, engine)
    after = datetime.combine(day + timedelta(days=1), time())
    as_of = day_start(after, settings.timezone)
    attach_people(engine, settings, there, as_of)
    for name in INPUTS:
        engine.define(name, as_of_view(INPUTS[name], there[name], as_of, after) if name in there else empty(name))
    old = outdated(engine, settings, as_of=as_of, there=there)
    if "orders" in old:
        raise DataRefusedError(old["orders"])
    for name in old:
        engine.define(name, empty(name))
    _define_people(engine, settings, day)
    engine.lock()
    return day, as_of, old


def _newest(root: Path, engine: DuckEngine) -> dt.date:
    published = published_dates(root)
    return as_day(published[0] if published else engine.scalar(sql.query('SELECT MAX(day) FROM "all orders"')))


def _define_people(engine: DuckEngine, settings: Settings, day: dt.date) -> None:
    from sqlglot import exp

    orders = {name: sql.column(name) for name in ("amount", "status")}
    told = {"is_paid": is_paid(orders), "is_purchase": is_purchase(orders)}
    tree = sql.load("ltv.identity", "people", columns=told)
    year = exp.Literal.number(day.year)
    filled = tree.transform(lambda n: year.copy() if isinstance(n, exp.Placeholder) else n)
    assert isinstance(filled, exp.Query)  # noqa: S101
    engine.define("people", filled)
    columns = engine.columns("people")
    for segment in settings.segments:
        segments.try_out(engine, segment, columns)
    engine.define("user_segments", segments.memberships(settings.segments, columns))


__all__ = ["CorruptError", "LtvError", "Workspace", "open"]
