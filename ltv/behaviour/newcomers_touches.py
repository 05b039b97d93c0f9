"""Whom channels touched on day 2 and on day 3: the share of each branch, by channel and kind of touch."""

from __future__ import annotations

import pandas as pd

from ltv.behaviour.averages import Share

NAMES = ["day", "branch", "channel", "kind", "people", "reached", "rate", "low", "high"]
_BRANCHES = {"within": ["within"], "without": ["later", "none"], "before": ["before"]}


def touches_of(reached: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """One row a day, branch, channel and kind.

    Args:
        reached: branch, day, channel, kind, reached (people).
        table: the result table, whose people are the denominators.
    """
    whole = table[(table["grain"] == "all") & (table["segment_kind"] == "all")]
    people = whole.set_index(["measure", "branch"])["people"]
    parts = []
    for branch, paths in _BRANCHES.items():
        here = (
            reached[reached["branch"].isin(paths)].groupby(["day", "channel", "kind"], as_index=False)["reached"].sum()
        )
        base = [int(people[f"touched_day_{day}", branch]) for day in here["day"]]
        shares = [Share.of(int(n), of) for n, of in zip(here["reached"], base, strict=True)]
        rates = {name: [getattr(s, name) for s in shares] for name in ("rate", "low", "high")}
        parts.append(here.assign(branch=branch, people=base, **rates))
    frame = pd.concat(parts, ignore_index=True)[NAMES]
    place = frame["branch"].map(list(_BRANCHES).index)
    ranked: pd.DataFrame = frame.assign(place=place, fewest=-frame["reached"]).sort_values(
        ["day", "place", "fewest", "channel", "kind"]
    )
    return ranked.reset_index(drop=True)[NAMES]


def beside(touches: pd.DataFrame, least: int) -> pd.DataFrame:
    """One row a day, channel and kind with both branches beside one another, the most people first."""
    keys = ["day", "channel", "kind"]
    found = touches[keys].drop_duplicates()
    for branch in ("within", "without"):
        part = touches[(touches["branch"] == branch) & (touches["people"] >= least)].set_index(keys)
        told = part[["reached", "rate", "low", "high"]].add_prefix(f"{branch}_").reset_index()
        found = found.merge(told, on=keys, how="left")
    both = found[["within_reached", "without_reached"]].fillna(0).sum(axis=1)
    ranked: pd.DataFrame = found.assign(fewest=-both).sort_values(["day", "fewest", "channel", "kind"])
    told = ranked[both.loc[ranked.index] > 0].drop(columns="fewest")
    return told.assign(day=told["day"].astype(str)).reset_index(drop=True)
