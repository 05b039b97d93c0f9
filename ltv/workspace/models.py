"""The model registry: which versions there are, which of them is champion of a date, one step back.

`data/state/models.sqlite` says who was promoted when (`promotions`); the models themselves are immutable folders in
`data/state/models` (`model_files`). A change is one transaction, and a folder that the registry names is never taken
away: whoever reads meanwhile sees the state before it or the state after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ltv.errors import CorruptError, UsageError, found
from ltv.warehouse.local_time import day_end, day_of
from ltv.workspace import model_files
from ltv.workspace.clock import start_of_run
from ltv.workspace.fingerprints import code_hash
from ltv.workspace.model_files import ModelManifest, Stored
from ltv.workspace.promotions import Promotions, Version

if TYPE_CHECKING:
    import pandas as pd

BY_HAND = "promoted by hand"
_MOMENT = dt.timedelta(microseconds=1)  # as_of in a table is the exclusive end of its day
_BEFORE = "a champion that took the place of another"


class Models:
    """The models of a workspace as a date may use them.

    Args:
        root: the workspace's folder.
        date: the day reported on; `date.max` for what is in use now.
        timezone: in which days end.
        data_hash: of the workspace's inputs, for models that are made from them.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as root:
    ...     models = Models(Path(root), dt.date(2026, 6, 30))
    ...     models.put("v1", Stored({}, {}), as_of=dt.date(2026, 6, 30), data_hash="d", metrics={"mae": 3.5}, features=())
    ...     models.adopt(models.row("v1", champion=True, reason="the first one"))
    ...     models.champion()
    ()
    'v1'
    """

    def __init__(self, root: Path, date: dt.date, *, timezone: str = "UTC", data_hash: str = "") -> None:
        self.date = date
        self.data_hash = data_hash
        self.timezone = timezone
        self.folder = root / "data" / "state" / "models"
        self._promotions = Promotions(root / "data" / "state" / "models.sqlite")

    def __repr__(self) -> str:
        return f"<Models as of the end of {self.date}: {self.champion() or 'no champion'}>"

    def has(self, version: str) -> bool:
        """Whether a model is stored and every file of it is the one that was written."""
        return model_files.is_whole(self._folder(version))

    def put(
        self,
        version: str,
        stored: Stored,
        *,
        as_of: dt.date,
        data_hash: str,
        metrics: Mapping[str, Any],
        features: Sequence[str],
    ) -> None:
        """Store a model. Nobody uses it before a run that names it in `model_versions` is published.

        Args:
            version: its name; the same name is the same model, and is not stored twice.
            stored: files and numbers.
            as_of: the last day whose data it was trained on.
            data_hash: of the inputs, `Workspace.data_hash`.
            metrics: measures of its backtest.
            features: names of its features, in order.

        Raises:
            UsageError: a name that is a path, a value that JSON cannot hold, an infinite number.
            LtvError: the disk is full or the folder cannot be written.
        """
        manifest = ModelManifest(version, as_of, start_of_run(), data_hash, code_hash(), metrics, tuple(features))
        model_files.write(self._folder(version), stored, manifest)

    def load(self, version: str) -> Stored:
        """Read a model, every file of it compared with its manifest first.

        Raises:
            CorruptError: it is not there, or not as it was written.
        """
        return model_files.read(self._folder(version))[0]

    def manifest(self, version: str) -> ModelManifest:
        """What is known of a stored model.

        Raises:
            CorruptError: it is not there, or not as it was written.
        """
        return model_files.read(self._folder(version))[1]

    def champion(self) -> str | None:
        """The version in use on this date, or None."""
        with self._promotions.reading() as state:
            stack = state.stack(self.date)
        return stack[0].model_version if stack else None

    def versions(self) -> list[Version]:
        """Versions trained as of this date or before, newest first."""
        with self._promotions.reading() as state:
            return state.versions(self.date)

    def knows(self, version: str) -> bool:
        """Whether a published run has named it: then who is champion has been decided, and `champion` says it."""
        return version in self._known()

    def row(self, version: str, *, champion: bool, reason: str) -> pd.DataFrame:
        """A stored model as a row of `model_versions`, for `table` and `Workspace.save`.

        Args:
            version: its name.
            champion: whether it passed the gate.
            reason: why, or why not.

        Raises:
            CorruptError: it is not there, or not as it was written.
        """
        m = self.manifest(version)
        metrics = model_files.as_json(m.metrics, thing="metrics")
        return self._frame([Version(version, m.as_of, m.trained_at, champion, metrics, m.data_hash, reason)])

    def table(self, pending: pd.DataFrame | None = None) -> pd.DataFrame:
        """The result table `model_versions` as of this date.

        Args:
            pending: rows of versions whose run is not published yet (`row`). They take the place of rows of the same
                version. Champion is who will be it once they are adopted: a version that was published before has been
                decided on, and is not promoted again.

        Raises:
            UsageError: a pending champion's as_of is not that of its model, or is later than this date.
            CorruptError: a pending champion is not stored.
        """
        import pandas as pd

        known = self._frame(self.versions())
        if pending is None or not len(pending):
            return known
        published = self._known()
        rows = [self._version(r) for r in pending.to_dict("records")]
        champion = self._after([self._checked(r) for r in rows if r.model_version not in published])
        rest = known[~known["model_version"].isin(pending["model_version"])]
        both = pd.concat([p for p in (self._frame(rows), rest) if len(p)], ignore_index=True)
        return both.assign(champion=(both["model_version"] == champion).astype(bool))

    def adopt(self, rows: pd.DataFrame) -> tuple[str, ...]:
        """Take over the versions of a run that is published; those it marks as champion are promoted from their as-of on.

        Versions that are known stay as they are, so that a repeated run undoes no promotion and no rollback.

        Args:
            rows: its `model_versions`.

        Returns:
            a line for each version that could not be taken over.
        """
        new: list[Version] = []
        refused = []
        published = self._known()
        for record in rows[~rows["model_version"].isin(published)].to_dict("records"):
            try:
                new.append(self._checked(self._version(record)))
            except (CorruptError, UsageError) as error:
                refused.append(str(error))
        if new:
            with self._promotions.writing() as state:
                for v in sorted(new, key=lambda v: v.as_of):
                    if state.insert(v) and v.champion:
                        state.promote(v.model_version, valid_from=v.as_of, reason=v.reason, made_by="run")
        return tuple(refused)

    def promote(self, version: str, reason: str = BY_HAND) -> str | None:
        """Make a version champion from now on, whatever its age; return who was it before.

        Args:
            version: one of the registry.
            reason: why.

        Raises:
            UsageError: the registry has no such version.
            CorruptError: its files are not as they were written.
        """
        names = self._known()
        if version not in names:
            raise UsageError(found("model_version", version, ", ".join(names) or "none, no model was published yet"))
        self.load(version)
        with self._promotions.writing() as state:
            stack = state.stack()
            before = stack[0].model_version if stack else None
            if before != version:
                days = [v.as_of for v in state.versions()] + [p.valid_from for p in stack]
                state.promote(version, valid_from=max(days), reason=reason or BY_HAND, made_by="person")
        return before

    def rollback(self) -> tuple[str, str]:
        """Undo the newest promotion; return who was champion and who is it again.

        Raises:
            UsageError: there is none to go back to.
            CorruptError: the files of the one before are not as they were written.
        """
        if not self._known():
            raise UsageError(found("rollback models", "no champion", _BEFORE))
        with self._promotions.writing() as state:
            stack = state.stack()
            old = stack[0].model_version if stack else None
            before = next((p for p in stack if p.model_version != old), None)
            if old is None or before is None:
                raise UsageError(found("rollback models", f"only {old}" if old else "no champion", _BEFORE))
            self.load(before.model_version)
            for promotion in stack[: stack.index(before)]:
                state.undo(promotion)
        return old, before.model_version

    def _folder(self, version: str) -> Path:
        return self.folder / model_files.checked_name("model_version", version)

    def _known(self) -> list[str]:
        """Names of all published versions, whatever their date; newest first."""
        with self._promotions.reading() as state:
            return [v.model_version for v in state.versions()]

    def _after(self, new: Sequence[Version]) -> str | None:
        """Who is champion once these are adopted."""
        with self._promotions.reading() as state:
            stack = state.stack(self.date)
        rising = sorted((v for v in new if v.champion), key=lambda v: v.as_of)
        if rising and (not stack or rising[-1].as_of >= stack[0].valid_from):
            return rising[-1].model_version
        return stack[0].model_version if stack else None

    def _checked(self, row: Version) -> Version:
        """A version that is not known yet, compared with its model when it claims to be champion."""
        thing = f"model_versions.as_of of {row.model_version}"
        day = self.manifest(row.model_version).as_of if row.champion else row.as_of
        if day != row.as_of:
            raise UsageError(found(thing, str(row.as_of), f"the end of {day}, as in its manifest"))
        if day > self.date:
            raise UsageError(found(thing, str(day), f"a day up to {self.date}"))
        return row

    def _version(self, record: Mapping[Any, Any]) -> Version:
        """A row of `model_versions`."""
        import pandas as pd

        missing = [f.name for f in fields(Version) if pd.isna(record.get(f.name))]
        if missing:
            thing = f"model_versions of {record.get('model_version')}"
            raise UsageError(found(thing, f"no {', '.join(missing)}", "a value in every column"))
        moments = {
            "as_of": day_of(pd.Timestamp(record["as_of"]).to_pydatetime() - _MOMENT, self.timezone),
            "trained_at": pd.Timestamp(record["trained_at"]).to_pydatetime(),
        }
        return Version(**{f.name: record[f.name] for f in fields(Version)} | moments)

    def _frame(self, versions: Sequence[Version]) -> pd.DataFrame:
        import pandas as pd

        kinds = {"trained_at": "datetime64[us]", "as_of": "datetime64[us]", "champion": "bool"}
        names = [f.name for f in fields(Version)]
        frame = pd.DataFrame([astuple(v) for v in versions], columns=names)
        frame["as_of"] = [day_end(v.as_of, self.timezone) for v in versions]
        frame = frame.astype({name: kinds.get(name, "str") for name in names})
        return frame[["model_version", "trained_at", "as_of", *names[3:]]]
