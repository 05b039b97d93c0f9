"""A CSV for the CRM: one file a day of planning, whole at every moment, each intervention in it once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from ltv.dispatch.answers import Answer
from ltv.errors import LtvError
from ltv.warehouse.files import write_whole
from ltv.warehouse.spreadsheet import defuse

if TYPE_CHECKING:
    from ltv.dispatch.leases import Message
    from ltv.settings.endpoints import Endpoint

COLUMNS = (
    "intervention_id", "date", "user_id", "playbook", "action", "offer_id", "expires_at", "reason_zh", "reason_en", "payload",
)  # fmt: skip
_BOM = "\ufeff"  # without it, spreadsheets read UTF-8 as the local code page
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class FileSink:
    """A folder that the CRM reads from.

    Args:
        endpoint: as in `ltv.toml`; its path is relative to the workspace.
        root: the workspace's folder.
    """

    together = True

    def __init__(self, endpoint: Endpoint, *, root: Path) -> None:
        self._folder = root / endpoint.path
        self._name = endpoint.name

    def send(self, messages: Sequence[Message]) -> list[Answer]:
        """Add messages to the files of their days; one that is there already is not added again."""
        days: dict[str, list[Message]] = {}
        for message in messages:
            days.setdefault(_day(message), []).append(message)
        told: dict[str, Answer] = {}
        for day, several in days.items():
            answer = self._add(self._folder / f"{self._name}-{day}.csv", several)
            told |= {message.message_id: answer for message in several}
        return [told[message.message_id] for message in messages]

    def _add(self, path: Path, messages: Sequence[Message]) -> Answer:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f".{path.name}.lock"), timeout=30):
                there = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
                known = _ids(there)
                fresh = [m for m in messages if m.message_id not in known]
                if fresh:
                    whole = (there or _lines([COLUMNS])) + _lines([_row(m) for m in fresh])
                    write_whole(path, lambda target: _put(target, whole))
        except (LtvError, OSError, ValueError, csv.Error) as error:
            return Answer("unsent", f"{path.name}: {error}")
        return Answer("accepted", path.name)


def _ids(text: str) -> set[str]:
    if not text:
        return set()
    import pandas as pd  # the csv module has a limit for fields, less than a payload may have, and one for the whole process

    return set(pd.read_csv(io.StringIO(text, newline=""), usecols=[0], dtype=str, keep_default_na=False).iloc[:, 0])


def _put(target: Path, text: str) -> None:
    target.write_bytes((_BOM + text).encode())


def _lines(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _data(message: Message) -> dict[str, Any]:
    whole = json.loads(message.body)
    data = whole.get("data", {"payload": whole})
    return dict(data)


def _day(message: Message) -> str:
    day = str(_data(message).get("date", ""))
    return day if _DAY.fullmatch(day) else "notices"


def _row(message: Message) -> list[str]:
    data = _data(message)
    reason = data.get("reason") or {}
    payload = json.dumps(data.get("payload", {}), ensure_ascii=False, sort_keys=True)
    told = data | {"reason_zh": reason.get("zh"), "reason_en": reason.get("en"), "payload": payload}
    told["intervention_id"] = message.message_id
    return [defuse("" if told.get(name) is None else str(told[name])) for name in COLUMNS]
