"""Did what we did last month work?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from ltv.errors import UsageError
from ltv.experiments.metrics import Metric
from ltv.overview.answer import quoted
from ltv.overview.figures import effects, net_of
from ltv.overview.given import known, numbers, whole
from ltv.overview.overview_words import LABELS, QUESTIONS, VERDICTS, WORDS, are, counted, joined
from ltv.result import Answer, KeyFigure, Source, State
from ltv.settings.metric import metric_name
from ltv.text import Text, number, same

if TYPE_CHECKING:
    from ltv.overview.given import Given

_OTHERS = ("holdout/", "playbook/")  # told of elsewhere: channels, interventions
_SHIP, _STOP, _BROKEN, _RUNS = "ship", "do_not_ship", "broken", "keep_running"
_NEEDED = (
    "experiment", "metric", "variant", "segment_kind", "segment", "lift", "low", "high", "verdict", "difference",
    "difference_low", "difference_high", "decides",
)  # fmt: skip
_EFFECTS, _TESTS = Source("13_strategy", "effects"), Source("11_experiments", "decisions")


@dataclass(frozen=True, eq=False)
class Tests:
    """Experiments as they were judged.

    Attributes:
        rows: lines that decide, of the whole base.
        ship: the line that decides of each that can ship.
        stop: of each that should not.
        running: how many have no verdict yet.
        broken: how many cannot be used.
    """

    rows: pd.DataFrame
    ship: list[dict[Any, Any]]
    stop: list[dict[Any, Any]]
    running: int
    broken: int

    @classmethod
    def of(cls, given: Given) -> Tests:
        """Read them."""
        told = given.rows("experiment_results", *_NEEDED)
        told = told[~told["experiment"].astype(str).str.startswith(_OTHERS)] if len(told) else told
        rows = whole(told[told["decides"].fillna(False).astype(bool)]) if len(told) else told
        first = rows.drop_duplicates(["experiment", "variant"])
        named = {verdict: first[first["verdict"] == verdict] for verdict in (_SHIP, _STOP, _RUNS, _BROKEN)}
        ship, stop = ([dict(row) for row in named[v].to_dict("records")] for v in (_SHIP, _STOP))
        running, broken = (int(named[v]["experiment"].nunique()) for v in (_RUNS, _BROKEN))
        return cls(rows, ship, stop, running, broken)

    @property
    def count(self) -> int:
        """How many have something to say, or will."""
        names = {str(row["experiment"]) for row in (*self.ship, *self.stop)}
        return len(names) + self.running


def effect_answer(given: Given) -> Answer:
    """What interventions, experiments and launches have brought, after cost, with intervals; or why it is too early.

    Args:
        given: what the overview is made of.
    """
    done, tests, launches = effects(given), Tests.of(given), _launches(given)
    parts = [*_interventions(given, done), *_experiments(given, tests), *launches]
    state, verdict, action = _judged(given, done, tests)
    is_nothing = not (len(done) or tests.count or tests.broken or launches or given.has("strategy_effects"))
    if is_nothing:
        parts, verdict, action = [WORDS["no_effect"]], VERDICTS["unknown"], WORDS["act_no_effect"]
    source = _EFFECTS if len(done) or not tests.count else _TESTS
    return Answer("effect", QUESTIONS["effect"], verdict, joined(parts), state, action, source, _figure(done, tests))


def _judged(given: Given, done: pd.DataFrame, tests: Tests) -> tuple[State, Text, Text]:
    """The light, the verdict and what to do."""
    if len(done):
        return _by_net(given, done)
    if tests.ship:
        state: State = "good" if _value_side(tests, tests.ship[0]) > 0 else "watch"
        name = quoted(str(tests.ship[0]["experiment"]))
        return state, VERDICTS["works" if state == "good" else "partly"], WORDS["act_ship"].format(name=name)
    if tests.stop:
        return "bad", VERDICTS["harms"], WORDS["act_stop"].format(name=quoted(str(tests.stop[0]["experiment"])))
    if tests.running:
        return "none", VERDICTS["unsure"], WORDS["act_run"]
    if tests.broken:
        return "watch", VERDICTS["unsure"], WORDS["act_repair"]
    return "none", VERDICTS["early"], WORDS["act_early"]


def _by_net(given: Given, done: pd.DataFrame) -> tuple[State, Text, Text]:
    _, low, high = net_of(done)
    harm = done[done["verdict"] == "harms"].sort_values("net")
    stop = WORDS["act_stop"].format(name=title_of(given, str(harm.iloc[0]["playbook"]))) if len(harm) else None
    if high < 0:
        return "bad", VERDICTS["harms"], stop or WORDS["act_run"]
    if low > 0:
        return ("watch", VERDICTS["partly"], stop) if stop else ("good", VERDICTS["works"], WORDS["act_keep"])
    return "watch" if stop else "none", VERDICTS["unsure"], stop or WORDS["act_run"]


def title_of(given: Given, playbook: str) -> Text:
    """What a playbook is called.

    Args:
        given: what the overview is made of.
        playbook: its name.
    """
    plans = given.rows("strategy_plans", "playbook", "title_zh", "title_en")
    mine = plans[plans["playbook"] == playbook]
    return quoted(Text(str(mine.iloc[0]["title_zh"]), str(mine.iloc[0]["title_en"])) if len(mine) else playbook)


def _money(given: Given, value: float | None) -> Text:
    return number(value, "money", currency=given.currency)


def _interventions(given: Given, done: pd.DataFrame) -> list[Text]:
    if done.empty:
        return [WORDS["no_net"]] if given.has("strategy_effects") else []
    value, low, high = net_of(done)
    money = {"net": value, "low": low, "high": high, "cost": float(done["cost"].astype(float).sum())}
    told = {name: _money(given, amount) for name, amount in money.items()}
    said = WORDS["net"].format(n=str(len(done)), playbooks=counted(len(done), "playbooks"), **told)
    best = done.sort_values("net", ascending=False).iloc[0].to_dict()
    ends = {name: _money(given, float(best[name])) for name in ("uplift", "low", "high")}
    return [said, WORDS["best"].format(name=title_of(given, str(best["playbook"])), **ends)]


def _experiments(given: Given, tests: Tests) -> list[Text]:
    parts = []
    if tests.ship or tests.stop:
        row = (tests.ship or tests.stop)[0]
        counts: dict[str, str | Text] = {"n": str(tests.count), "experiments": counted(tests.count, "experiments")}
        counts |= {
            "ship": str(len({r["experiment"] for r in tests.ship})),
            "stop": str(len({r["experiment"] for r in tests.stop})),
        }
        told = {"metric": metric_words(str(row["metric"])), "lift": _lift(row, "lift"), "interval": _bounds(row)}
        words = WORDS["ships" if tests.ship else "stops"]
        parts += [words.format(name=quoted(str(row["experiment"])), **counts, **told), *_worth(given, tests, row)]
    elif tests.count == 1:
        parts.append(WORDS["runs_one"])
    elif tests.count:
        parts.append(WORDS["runs"].format(n=str(tests.count), experiments=counted(tests.count, "experiments")))
    if tests.broken:
        n = tests.broken
        parts.append(WORDS["broken"].format(n=str(n), experiments=counted(n, "experiments"), are=are(n)))
    return parts


def _lift(row: dict[Any, Any], name: str) -> Text:
    value = known(row[name])
    shown = number(value, "rate")
    return Text(f"+{shown.zh}", f"+{shown.en}") if value is not None and value > 0 else shown


def _bounds(row: dict[Any, Any]) -> Text:
    if numbers(row, "low", "high") is None:
        return same("")
    return WORDS["bounds"].format(low=_lift(row, "low"), high=_lift(row, "high"))


def metric_words(name: str) -> Text:
    """What a metric is called.

    Args:
        name: as in `[[experiments]]`.

    >>> metric_words("value_90d").en, metric_words("a column").en
    ('net value in 90 days', 'a column')
    """
    try:
        return Metric.of(metric_name(name)).label
    except (UsageError, KeyError):
        return same(name)


def _value_row(tests: Tests, row: dict[Any, Any]) -> dict[Any, Any] | None:
    """The line of the same variant that tells value, where there is one."""
    mine = tests.rows[(tests.rows["experiment"] == row["experiment"]) & (tests.rows["variant"] == row["variant"])]
    worth = mine[mine["metric"].astype(str).str.startswith("value")]
    found = worth.iloc[0].to_dict() if len(worth) else None
    return found if found and numbers(found, "difference", "difference_low", "difference_high") else None


def _value_side(tests: Tests, row: dict[Any, Any]) -> int:
    """Whether value was surely added (1) or lost (-1), or neither can be told (0)."""
    worth = _value_row(tests, row)
    if worth is None:
        return 0
    return 1 if worth["difference_low"] > 0 else -1 if worth["difference_high"] < 0 else 0


def _worth(given: Given, tests: Tests, row: dict[Any, Any]) -> list[Text]:
    worth = _value_row(tests, row)
    if worth is None:
        return []
    low, high = (_money(given, float(worth[f"difference_{end}"])) for end in ("low", "high"))
    by, side = float(worth["difference"]), _value_side(tests, row)
    told = {"metric": metric_words(str(worth["metric"])), "interval": WORDS["bounds"].format(low=low, high=high)}
    said = WORDS[{1: "worth_up", -1: "worth_down", 0: "worth_open"}[side]]
    return [said.format(by=_money(given, abs(by) if side else by), **told)]


def _launches(given: Given) -> list[Text]:
    told = given.rows("golden48", "launch_id", "verdict")
    judged = told[told["verdict"].isin(["up", "flat", "down"])]
    by = judged.groupby("launch_id")["verdict"].agg(
        lambda v: "down" if (v == "down").any() else "up" if (v == "up").any() else "flat"
    )
    up, down = int((by == "up").sum()), int((by == "down").sum())
    if not up + down:
        return []
    return [WORDS["launches"].format(n=str(len(by)), launches=counted(len(by), "launches"), up=str(up), down=str(down))]


def _figure(done: pd.DataFrame, tests: Tests) -> KeyFigure | None:
    if len(done):
        value, low, high = net_of(done)
        return KeyFigure(
            LABELS["campaign_net"],
            value,
            "money",
            low=low,
            high=high,
            previous=0.0,
            level=90,
            comparison=WORDS["mark_nothing"],
        )
    rows = tests.ship or tests.stop
    if not rows:
        return None
    row = rows[0]
    label = WORDS["lift"].format(name=str(row["experiment"]))
    return KeyFigure(
        label, known(row["lift"]), "rate", low=known(row["low"]), high=known(row["high"]), previous=0.0,
        comparison=WORDS["mark_nothing"],
    )  # fmt: skip
