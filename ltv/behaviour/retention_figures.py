"""Rows and charts of the retention page; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour import who
from ltv.behaviour.averages import Share, is_known, weighted
from ltv.behaviour.buckets import as_grain
from ltv.behaviour.retention_words import GRAIN, WORDS, period_label
from ltv.colors import MAIN, OTHER, SOFT, age
from ltv.drawing import End, add_band, add_ends, add_line, choose_first, scale_axis, ticks
from ltv.result import Worded
from ltv.text import Lang, number

if TYPE_CHECKING:
    import pandas as pd

MOST_COHORTS = 24
ENOUGH_COHORTS = 3


def recent(shown: pd.DataFrame) -> pd.DataFrame:
    """The newest cohorts, as many as a picture holds."""
    newest = sorted(shown["cohort"].unique())[-MOST_COHORTS:]
    return shown[shown["cohort"].isin(newest)]


def matrix_rows(shown: pd.DataFrame) -> pd.DataFrame:
    """One row a cohort, one column a period; blank where a period is not over."""
    import pandas as pd

    if not len(shown):
        return pd.DataFrame(columns=["cohort", "cohort_size"])
    wide = recent(shown).pivot_table(index=["cohort", "cohort_size"], columns="period", values="rate", dropna=False)
    wide = wide.dropna(how="all")
    wide.columns = [f"rate {p}" for p in wide.columns]
    return wide.reset_index()


def told_periods(shown: pd.DataFrame) -> list[int]:
    """Periods that enough cohorts have completed: what one or two old ones reached says little about everyone."""
    complete = shown[is_known(shown)].groupby("period").size()
    enough = min(ENOUGH_COHORTS, complete.max()) if len(complete) else 0
    return sorted(int(str(p)) for p, n in complete.items() if n >= enough)


def _period_of(column: str) -> int:
    return int(column.split()[1])


def curve_rows(table: pd.DataFrame, told: Worded) -> pd.DataFrame:
    """Weighted average of each period with its interval, of everybody and of each segment."""
    import pandas as pd

    rows = []
    for name, part in who.people_of(table, told):
        for period in told_periods(part):
            share = weighted(part, period)
            if share.rate is not None:
                cells = part[(part["period"] == period) & is_known(part)]
                row = {who.WHO: name, "period": period, "rate": share.rate, "low": share.low, "high": share.high}
                rows.append(row | {"people": share.people, "cohorts": len(cells)})
    return pd.DataFrame(rows, columns=[who.WHO, "period", "rate", "low", "high", "people", "cohorts"])


def revenue_rows(shown: pd.DataFrame) -> pd.DataFrame:
    """Revenue of each cohort and period, complete cells only."""
    rows = recent(shown).dropna(subset=["revenue"])
    names = ["cohort", "period", "cohort_size", "revenue", "cumulative_revenue_per_user", "net_revenue_retention"]
    return rows.loc[rows["is_complete"].astype(bool), names].reset_index(drop=True)


def segment_rows(rows: pd.DataFrame, periods: tuple[int, ...]) -> pd.DataFrame:
    """Weighted averages of each segment; `people` and `retained` belong to the first of the periods."""
    import pandas as pd

    found: list[dict[str, Any]] = []
    for (kind, segment), part in rows.groupby(["segment_kind", "segment"]):
        first = weighted(part, periods[0])
        if first.rate is None:
            continue
        row = {"segment_kind": kind, "segment": segment, "people": first.people, "retained": first.successes}
        found.append(row | {"rate": first.rate} | {f"rate {p}": weighted(part, p).rate for p in periods})
    names = ["segment_kind", "segment", "people", "retained", "rate", *[f"rate {p}" for p in periods]]
    table = pd.DataFrame(found, columns=names)
    return table.sort_values(["segment_kind", "rate"], ascending=[True, False], ignore_index=True)


def heatmap(shown: pd.DataFrame, grain: str, lang: Lang) -> Any:  # noqa: ANN401
    """Heat map of retention with the share in every cell; pointing at one tells its people and interval."""
    from plotly import graph_objects as go

    rows = matrix_rows(shown)
    ends = {int(p): int(e) for p, e in zip(shown["period"], shown["period_end"], strict=True)}
    periods = [c for c in rows.columns if c.startswith("rate ")]
    values = rows[periods].astype(float)
    # the first column is 100 % by definition for orders and would wash out the rest
    top = float(values.iloc[:, 1:].max().max()) if len(periods) > 1 else 1.0
    hover = period_label(grain, 0).to(lang).replace("0", "%{x}")
    labels = [[f"{x:.0%}" if x == x else "" for x in line] for line in values.to_numpy()]  # noqa: PLR0124  NaN
    figure = go.Figure(
        go.Heatmap(
            z=values.where(values.notna(), None).to_numpy().tolist(),
            x=[_period_short(p, ends[p]) for p in map(_period_of, periods)],
            y=[_cohort_label(c, grain) for c in rows["cohort"]],
            text=labels,
            texttemplate="%{text}",
            customdata=_intervals(rows, periods),
            zmin=0,
            zmax=top if top > 0 else 1.0,
            hovertemplate=f"%{{y}} · {hover}: %{{z:.1%}}%{{customdata}}<extra></extra>",
        )
    )
    figure.update_xaxes(title=WORDS["periods_after"].format(grain=GRAIN[grain]).to(lang))
    figure.update_layout(height=max(220, 84 + 28 * len(rows)))
    return figure


def _period_short(period: int, end: int) -> str:
    return str(period) if end == period else f"{period}–{end}"


def _intervals(rows: pd.DataFrame, periods: list[str]) -> list[list[str]]:
    """People of each cell and its 95 % interval."""

    def told(rate: float, people: int) -> str:
        if rate != rate:  # noqa: PLR0124  NaN
            return ""
        share = Share.of(round(rate * people), people)
        return f" ({share.low:.1%}–{share.high:.1%}, {share.successes:,}/{people:,})"

    table = rows[periods].astype(float).to_numpy()
    return [[told(x, int(n)) for x in line] for line, n in zip(table, rows["cohort_size"], strict=True)]


def _cohort_label(cohort: Any, grain: str) -> str:  # noqa: ANN401  a date of whatever class pandas gives
    return str(cohort)[:7] if as_grain(grain) == "month" else str(cohort)[:10]


def curve(rows: pd.DataFrame, grain: str, lang: Lang) -> Any:  # noqa: ANN401
    """Average retention with its interval, of whom the reader chooses; all on one scale, so that they can be compared."""
    from plotly import graph_objects as go

    figure, ends = go.Figure(), []
    later = rows[(rows["period"] > 0) | (rows["rate"] < 1)]
    rows = later if len(later) else rows  # 100 % by definition would flatten the rest, if there is a rest
    if rows.empty:
        return figure
    everybody = rows[rows[who.WHO] == rows[who.WHO].iloc[0]]
    bottom, top = scale_axis(
        figure, "y", [*rows["rate"], *everybody["high"]], unit="rate", lang=lang, title=WORDS["rate"].to(lang)
    )
    for name, part in rows.groupby(who.WHO, sort=False):
        choice, x, hover = str(name), part["period"].tolist(), "%{x}: %{y:.1%}"
        if name != rows[who.WHO].iloc[0]:
            look: dict[str, Any] = {"color": MAIN, "width": 1.5, "dash": "dot", "hover": hover, "choice": choice}
            add_line(figure, everybody["period"], everybody["rate"], **look)
        add_band(figure, x, part["low"], part["high"].clip(upper=top), choice=choice, color=_of(name, rows))
        add_line(figure, x, part["rate"], hover=hover, mode="lines+markers", choice=choice, color=_of(name, rows))
        last = number(part["rate"].iloc[-1], "rate").to(lang)
        ends.append(End(x[-1], part["rate"].iloc[-1], last, _of(name, rows), choice))
    add_ends(figure, ends, bottom=bottom, top=top)
    _periods_axis(figure, rows, grain, lang)
    choose_first(figure, [str(rows[who.WHO].iloc[0])])
    return figure


def _of(name: object, rows: pd.DataFrame) -> str:
    return MAIN if name == rows[who.WHO].iloc[0] else OTHER


def _periods_axis(figure: Any, rows: pd.DataFrame, grain: str, lang: Lang) -> None:  # noqa: ANN401
    first, last = int(rows["period"].min()), int(rows["period"].max())
    at = [t for t in ticks(first, last, 8) if t == int(t)]
    title = WORDS["periods_after"].format(grain=GRAIN[grain]).to(lang)
    figure.update_xaxes(
        title=title, tickvals=at, range=[first - (last - first) * 0.02, last], ticktext=[f"{t:g}" for t in at]
    )


def revenue(shown: pd.DataFrame, grain: str, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Cumulative net revenue per person: one thin line a cohort, the weighted average bold and labelled."""
    from plotly import graph_objects as go

    rows = revenue_rows(shown)
    figure = go.Figure()
    cohorts = sorted(rows["cohort"].unique())
    value = "cumulative_revenue_per_user"
    money: dict[str, Any] = {"unit": "money", "lang": lang, "currency": currency, "title": WORDS["per_user"].to(lang)}
    bottom, top = scale_axis(figure, "y", rows[value], **money)
    for place, cohort in enumerate(cohorts):
        part = rows[rows["cohort"] == cohort]
        look: dict[str, Any] = {"color": age(place, len(cohorts)), "width": 1.5, "name": _cohort_label(cohort, grain)}
        hover = "%{fullData.name} · %{x}: %{y:,.0f}"
        add_line(figure, part["period"], part[value].astype(float).round(2), hover=hover, **look)
    ends = [*_oldest_and_newest(rows, cohorts, grain), _add_average(figure, shown, lang, currency)]
    add_ends(figure, [end for end in ends if end], bottom=bottom, top=top)
    _periods_axis(figure, rows, grain, lang)
    return figure


def _oldest_and_newest(rows: pd.DataFrame, cohorts: list[Any], grain: str) -> list[End]:
    """The line that reaches farthest, by name; where all the others start is told by their colour."""
    if len(cohorts) < 2:  # noqa: PLR2004  one line is the average itself
        return []
    part = rows[rows["cohort"] == cohorts[0]]
    value = float(part["cumulative_revenue_per_user"].iloc[-1])
    return [End(int(part["period"].iloc[-1]), value, _cohort_label(cohorts[0], grain), SOFT)]


def _add_average(figure: Any, shown: pd.DataFrame, lang: Lang, currency: str) -> End | None:  # noqa: ANN401
    cells = shown[shown["is_complete"] & shown["period"].isin(told_periods(shown))]
    cells = cells.dropna(subset=["cumulative_revenue_per_user"])
    cells = cells.assign(total=cells["cumulative_revenue_per_user"] * cells["cohort_size"])
    sums = cells.groupby("period")[["total", "cohort_size"]].sum()
    mean = (sums["total"] / sums["cohort_size"]).round(2)
    if not len(mean):
        return None
    name = WORDS["average"].to(lang)
    add_line(figure, mean.index.tolist(), mean, hover=f"{name} · %{{x}}: %{{y:,.0f}}", color=OTHER, width=4, name=name)
    words = f"{name} {number(mean.iloc[-1], 'money', currency=currency).to(lang)}"
    return End(int(mean.index[-1]), float(mean.iloc[-1]), words, OTHER)
