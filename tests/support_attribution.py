"""Small journeys written down: `1 sms@3 ads:click@5` is person 1 with a send by sms on day 3 and a click on an ad on day 5."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd

from ltv.attribution.given import Ground

AS_OF = date(2026, 3, 31)
FIRST = pd.Timestamp("2026-03-01")
TERMS: dict[str, Any] = {"as_of": AS_OF, "window_days": 31, "lookback_days": 10}


def day(number: float) -> pd.Timestamp:
    """Day 1 is the first of the window."""
    return (FIRST + pd.Timedelta(days=number - 1)).round("us")


def touches(*people: str) -> pd.DataFrame:
    rows = [_touch(int(words.split()[0]), word) for words in people for word in words.split()[1:] if "$" not in word]
    names = ["user_id", "ts", "channel", "campaign", "kind"]
    return pd.DataFrame(rows, columns=names).astype({"user_id": "int64", "ts": "datetime64[us]"})


def _touch(person: int, word: str) -> tuple[int, pd.Timestamp, str, str | None, str]:
    name, _, when = word.rpartition("@")
    name, _, kind = name.partition(":")
    channel, _, campaign = name.partition("/")
    return person, day(float(when)), channel, campaign or None, kind or "click"


def orders(*people: str) -> pd.DataFrame:
    """`1 $30@6` is an order of 30 on day 6."""
    words = [(int(p.split()[0]), word) for p in people for word in p.split()[1:] if word.startswith("$")]
    rows = [(who, day(float(word.split("@")[1])), float(word[1:].split("@")[0]), "paid") for who, word in words]
    names = ["user_id", "ts", "amount", "status"]
    return pd.DataFrame(rows, columns=names).astype({"user_id": "int64", "ts": "datetime64[us]", "amount": "float64"})


def ground(people: Iterable[str], **options: Any) -> Ground:
    """Both tables of journeys such as `1 sms@3 ads@5 $30@6`."""
    people = list(people)
    return Ground.of(orders(*people), touches(*people), **(TERMS | options))
