"""A tour of the simulated mall for those who will be judged by it: what is in it, and what is true of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ltv.colors import MAIN, MUTED, OTHER
from ltv.drawing import add_links, scale_axis
from ltv.errors import UsageError, found
from ltv.result import Column, KeyFigure, Result, Takeaway, View
from ltv.sources.mall.folder import MARK, is_complete
from ltv.sources.mall.tour_words import CHANNELS, EXPERIMENTS, TABLES, TYPES, WORDS
from ltv.text import Lang, Text, number

if TYPE_CHECKING:
    import pandas as pd

_HORIZON_DAYS = 90


@dataclass(frozen=True, repr=False)
class MallTour(Result):
    """What a simulated mall holds; `.table` lists its input tables with their rows."""

    name: ClassVar[str] = "mall_tables"
    people: pd.DataFrame
    channels: pd.DataFrame
    values: pd.DataFrame
    effects: pd.DataFrame
    arguments: Mapping[str, Any]

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """People, what the best tenth of them is worth, and what comes without advertising."""
        worth = self.people["worth"].sort_values(ascending=False)
        best = float(worth.head(max(len(worth) // 10, 1)).sum() / worth.sum()) if worth.sum() else None
        organic = self.channels.set_index("channel")["value"]
        total = float(organic.sum())
        return [
            KeyFigure(WORDS["people"], float(len(self.people)), "count", rule=self._arguments()),
            KeyFigure(WORDS["rows"], float(self.table["rows"].sum()), "count", rule=WORDS["rows_rule"]),
            KeyFigure(WORDS["best"], best, "rate", rule=WORDS["best_rule"]),
            KeyFigure(
                WORDS["incremental"], 1 - float(organic["organic"]) / total if total else None, "rate",
                rule=WORDS["incremental_rule"],
            ),
        ]  # fmt: skip

    def _arguments(self) -> Text:
        a = self.arguments
        return WORDS["arguments"].format(days=str(a["days"]), end=str(a["end"]), seed=str(a["seed"]))

    @property
    def findings(self) -> Sequence[Takeaway]:
        """What to know before an estimate is compared with the truth."""
        a = self.arguments
        knobs = {"observed": f"{a['confounding']:g}", "hidden": f"{a['hidden_confounding']:g}"}
        return [
            Takeaway(WORDS["never_read"]),
            Takeaway(WORDS["confounded"].format(**knobs, holdout=number(a["holdout"], "rate"))),
            Takeaway(WORDS["clicks_mislead"].format(channel=CHANNELS[self._most_flattered()])),
        ]

    def _most_flattered(self) -> str:
        shares = self._shares().set_index("channel")
        return str((shares["clicks"] - shares["true"]).idxmax())

    def _shares(self) -> pd.DataFrame:
        paid = self.channels[self.channels["channel"] != "organic"]
        return paid.assign(true=_share(paid["value"]), clicks=_share(paid["clicks"]))[["channel", "true", "clicks"]]

    @cached_property
    def views(self) -> Mapping[str, View]:
        """The blocks: tables, types of people, channels, expected against realised value, effects of the hooks."""
        return {
            "tables": View("table", WORDS["tables_title"], WORDS["tables_note"], self.table, _TABLE),
            "types": View(
                "chart", WORDS["types_title"], WORDS["types_note"], self._types(), _TYPES, alt=WORDS["types_alt"]
            ),
            "channels": View(
                "chart", WORDS["channels_title"], WORDS["channels_note"], self._shares(), _CHANNELS,
                alt=WORDS["channels_alt"],
            ),
            "values": View(
                "chart", WORDS["values_title"], WORDS["values_note"], self.values, _VALUES, alt=WORDS["values_alt"]
            ),
            "effects": View("table", WORDS["effects_title"], WORDS["effects_note"], self.effects, _EFFECTS),
        }  # fmt: skip

    def _types(self) -> pd.DataFrame:
        by = self.people.groupby("type", as_index=False).agg(people=("person", "size"), worth=("worth", "sum"))
        return by.assign(people=_share(by["people"]), worth=_share(by["worth"])).sort_values("worth", ascending=False)

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401  plotly is imported only here
        """Draw one chart."""
        from plotly import graph_objects as go

        figure = go.Figure()
        if view == "values":
            return self._expected_and_realised(figure, lang)
        rows, words = (self._types(), TYPES) if view == "types" else (self._shares(), CHANNELS)
        names = [words[name].to(lang) for name in rows[rows.columns[0]]]
        columns = rows.columns[1:]
        add_links(figure, names, rows[columns[0]], rows[columns[1]])
        for column, color, symbol in zip(columns, (MAIN, OTHER), ("circle", "diamond"), strict=True):
            figure.add_scatter(
                y=names, x=rows[column].tolist(), mode="markers", name=WORDS[column].to(lang),
                marker={"color": color, "size": 12, "symbol": symbol}, hovertemplate="%{y}: %{x:.1%}<extra></extra>",
            )  # fmt: skip
        scale_axis(figure, "x", rows[columns].to_numpy().ravel(), unit="rate", lang=lang)
        figure.update_yaxes(autorange="reversed", showgrid=True)
        figure.update_layout(height=90 + 34 * len(rows), legend={"traceorder": "normal"})
        return figure

    def _expected_and_realised(self, figure: Any, lang: Lang) -> Any:  # noqa: ANN401
        rows = self.values
        line = [float(rows["expected"].min()), float(rows["expected"].max())] if len(rows) else [1.0, 10.0]
        figure.add_scatter(
            x=line,
            y=line,
            mode="lines",
            line={"color": MUTED, "dash": "dot", "width": 1.5},
            showlegend=False,
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=rows["expected"].tolist(), y=rows["realised"].tolist(), mode="markers", marker={"color": MAIN, "size": 11},
            showlegend=False, hovertemplate="%{x:,.0f} → %{y:,.0f}<extra></extra>",
        )  # fmt: skip
        look = {"showarrow": False, "xref": "paper", "yref": "paper", "font": {"size": 12}}
        figure.add_annotation(text="● " + WORDS["tenths"].to(lang), x=0.02, y=1, xanchor="left", yanchor="top", **look)
        figure.add_annotation(
            text="⋯ " + WORDS["equal"].to(lang), x=0.02, y=0.92, xanchor="left", yanchor="top", **look
        )
        figure.update_xaxes(title=WORDS["expected"].to(lang), type="log", dtick=1)
        figure.update_yaxes(title=WORDS["realised"].to(lang), type="log", dtick=1)
        return figure


def the_mall(workspace: Path | str) -> MallTour:
    """Describe the simulated mall in a workspace, truth included.

    Only those who test estimates, and the notebook that shows the mall, may look at this: no analysis reads `truth/`.

    Args:
        workspace: folder into which `ltv simulate` or `ltv demo` wrote.

    Raises:
        UsageError: there is no finished simulation.
    """
    root = Path(workspace)
    if not is_complete(root):
        raise UsageError(found("workspace", str(root), "a folder with a simulated mall; make one with: ltv simulate"))
    mark = json.loads((root / MARK).read_text(encoding="utf-8"))
    return MallTour(
        _tables(mark["files"]),
        people=_people(root),
        channels=_channels(root),
        values=_values(root),
        effects=_effects(root),
        arguments=mark["arguments"],
    )


def _tables(files: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    data = [name.split("/") for name in files if name.startswith("data/")]
    rows = pd.DataFrame([(table, files["/".join((top, table, file))]["rows"]) for top, table, file in data],
                        columns=["table", "rows"])  # fmt: skip
    return rows.groupby("table", as_index=False).agg(rows=("rows", "sum"))


def _truth(root: Path, table: str, columns: Sequence[str]) -> pd.DataFrame:
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.read_table(root / "truth" / table, columns=list(columns)).to_pandas()
    return frame


def _people(root: Path) -> pd.DataFrame:
    """People with what they are expected to spend in the 90 days after the last month."""
    people = _truth(root, "people", ["person", "type"])
    values = _truth(root, "values", ["person", "as_of", "horizon_days", "expected"])
    last = values[(values["as_of"] == values["as_of"].max()) & (values["horizon_days"] == _HORIZON_DAYS)]
    worth = last.rename(columns={"expected": "worth"})[["person", "worth"]]
    return people.merge(worth, on="person", how="left").fillna({"worth": 0.0})


def _channels(root: Path) -> pd.DataFrame:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    true = _truth(root, "channels", ["channel", "value"]).groupby("channel", as_index=False)["value"].sum()
    touches = pq.read_table(root / "data" / "touches", columns=["channel", "kind"])
    clicks = touches.filter(pc.field("kind") == "click")["channel"].to_pandas().value_counts()
    shown: pd.DataFrame = true.assign(clicks=true["channel"].map(clicks).fillna(0))
    return shown.sort_values("value", ascending=False)


def _values(root: Path) -> pd.DataFrame:
    """Expected and realised value of tenths of people, at the last date whose 90 days are known."""
    import pandas as pd

    values = _truth(root, "values", ["as_of", "horizon_days", "expected", "realised"])
    known = values[(values["horizon_days"] == _HORIZON_DAYS) & values["realised"].notna() & (values["expected"] > 0)]
    last = known[known["as_of"] == known["as_of"].max()]
    tenth = pd.Series(range(len(last)), index=last.sort_values("expected").index) * 10 // max(len(last), 1) + 1
    by = last.assign(tenth=tenth).groupby("tenth", as_index=False)
    means: pd.DataFrame = by.agg(
        people=("expected", "size"), expected=("expected", "mean"), realised=("realised", "mean")
    )
    return means


def _effects(root: Path) -> pd.DataFrame:
    columns = ["experiment", "people", "orders", "value", "first_order_72h", "invites"]
    by = _truth(root, "hooks", columns).groupby("experiment", as_index=False).sum()
    people = by["people"].clip(lower=1)
    return by.assign(**{name: by[name] / people for name in columns[2:]})


def _share(values: pd.Series[Any]) -> pd.Series[float]:
    total = values.sum()
    return values / total if total else values * 0.0


_TABLE = (Column("table", WORDS["table"], words=TABLES), Column("rows", WORDS["rows"], "count"))
_TYPES = (
    Column("type", WORDS["type"], words=TYPES),
    Column("people", WORDS["people"], "rate"),
    Column("worth", WORDS["worth"], "rate"),
)
_CHANNELS = (
    Column("channel", WORDS["channel"], words=CHANNELS),
    Column("true", WORDS["true"], "rate"),
    Column("clicks", WORDS["clicks"], "rate"),
)
_VALUES = (
    Column("tenth", WORDS["tenth"], "count"),
    Column("people", WORDS["people"], "count"),
    Column("expected", WORDS["expected"], "money"),
    Column("realised", WORDS["realised"], "money"),
)
_EFFECTS = (
    Column("experiment", WORDS["experiment"], words=EXPERIMENTS),
    Column("people", WORDS["people"], "count"),
    Column("orders", WORDS["orders"], "number"),
    Column("value", WORDS["value"], "money"),
    Column("first_order_72h", WORDS["first_order_72h"], "points"),
    Column("invites", WORDS["invites"], "number"),
)
