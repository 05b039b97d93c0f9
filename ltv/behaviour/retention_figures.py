"""Rows and charts of the retention page; plotly is imported only where a chart is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.behaviour.averages import is_known, weighted
from ltv.behaviour.buckets import as_grain
from ltv.behaviour.retention_words import GRAIN, WORDS, period_label
from ltv.text import Lang, number

if TYPE_CHECKING:
    import pandas as pd

MOST_COHORTS = 24
ENOUGH_COHORTS = 3
_LIGHT, _DARK = "#eaf2fb", "#7fb2e5"
_LINE, _BAND, _GREY = "#1f5fa8", "rgba(31,95,168,0.15)", "#c3cfdd"


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


def curve_rows(shown: pd.DataFrame) -> pd.DataFrame:
    """Weighted average of each period with its interval."""
    import pandas as pd

    rows = []
    for period in told_periods(shown):
        share = weighted(shown, int(period))
        if share.rate is not None:
            cells = shown[(shown["period"] == period) & is_known(shown)]
            row = {"period": int(period), "rate": share.rate, "low": share.low, "high": share.high}
            rows.append(row | {"people": share.people, "cohorts": len(cells)})
    return pd.DataFrame(rows, columns=["period", "rate", "low", "high", "people", "cohorts"])


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
    """Heat map of retention with the share in every cell."""
    from plotly import graph_objects as go

    rows = matrix_rows(shown)
    ends = {int(p): int(e) for p, e in zip(shown["period"], shown["period_end"], strict=True)}
    periods = [c for c in rows.columns if c.startswith("rate ")]
    values = rows[periods].astype(float)
    # the first column is 100 % by definition for orders and would wash out the rest
    top = float(values.iloc[:, 1:].max().max()) if len(periods) > 1 else 1.0
    labels = [[f"{x:.0%}" if x == x else "" for x in line] for line in values.to_numpy()]  # noqa: PLR0124  NaN
    figure = go.Figure(
        go.Heatmap(
            z=values.where(values.notna(), None).to_numpy().tolist(),
            x=[period_label(grain, p, ends[p]).to(lang) for p in map(_period_of, periods)],
            y=[_cohort_label(c, grain) for c in rows["cohort"]],
            text=labels,
            texttemplate="%{text}",
            colorscale=[[0, _LIGHT], [1, _DARK]],
            zmin=0,
            zmax=top if top > 0 else 1.0,
            showscale=False,
            xgap=2,
            ygap=2,
            hoverongaps=False,
            hovertemplate="%{y} · %{x}: %{z:.1%}<extra></extra>",
        )
    )
    figure.update_yaxes(autorange="reversed", type="category", title=None)
    figure.update_xaxes(side="top", type="category", title=None)
    figure.update_layout(height=max(220, 70 + 28 * len(rows)))
    return figure


def _cohort_label(cohort: Any, grain: str) -> str:  # noqa: ANN401  a date of whatever class pandas gives
    return str(cohort)[:7] if as_grain(grain) == "month" else str(cohort)[:10]


def curve(rows: pd.DataFrame, grain: str, lang: Lang) -> Any:  # noqa: ANN401
    """Average retention with its interval, the values written at a few points."""
    from plotly import graph_objects as go

    rows = rows[(rows["period"] > 0) | (rows["rate"] < 1)]  # 100 % by definition would flatten the rest
    x = rows["period"].tolist()
    band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure = go.Figure()
    figure.add_scatter(x=x, y=rows["high"].tolist(), **band)
    figure.add_scatter(x=x, y=rows["low"].tolist(), fill="tonexty", fillcolor=_BAND, **band)
    figure.add_scatter(
        x=x,
        y=rows["rate"].tolist(),
        mode="lines+markers+text",
        text=[f"{r:.0%}" if i % max(1, len(x) // 12) == 0 else "" for i, r in enumerate(rows["rate"])],
        textposition="top center",
        line={"color": _LINE, "width": 3},
        name=WORDS["average"].to(lang),
        showlegend=False,
        hovertemplate="%{x}: %{y:.1%}<extra></extra>",
    )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title=None)
    figure.update_xaxes(title=WORDS["periods_after"].format(grain=GRAIN[grain]).to(lang), dtick=max(1, len(x) // 12))
    return figure


def revenue(shown: pd.DataFrame, grain: str, lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Cumulative net revenue per person: one thin line a cohort, the weighted average bold and labelled."""
    from plotly import graph_objects as go

    rows = revenue_rows(shown)
    figure = go.Figure()
    cohorts = sorted(rows["cohort"].unique())
    for place, cohort in enumerate(cohorts):
        part = rows[rows["cohort"] == cohort]
        figure.add_scatter(
            x=part["period"].tolist(),
            y=part["cumulative_revenue_per_user"].round(2).tolist(),
            mode="lines",
            line={"color": _shade(place, len(cohorts)), "width": 1.2},
            name=_cohort_label(cohort, grain),
            showlegend=False,
            hovertemplate="%{fullData.name} · %{x}: %{y:,.0f}<extra></extra>",
        )
    _add_average(figure, shown, lang, currency)
    figure.update_xaxes(title=WORDS["periods_after"].format(grain=GRAIN[grain]).to(lang))
    figure.update_yaxes(rangemode="tozero", tickformat=",.0f", title=f"{WORDS['per_user'].to(lang)} ({currency})")
    return figure


def _add_average(figure: Any, shown: pd.DataFrame, lang: Lang, currency: str) -> None:  # noqa: ANN401
    cells = shown[shown["is_complete"] & shown["period"].isin(told_periods(shown))]
    cells = cells.dropna(subset=["cumulative_revenue_per_user"])
    cells = cells.assign(total=cells["cumulative_revenue_per_user"] * cells["cohort_size"])
    sums = cells.groupby("period")[["total", "cohort_size"]].sum()
    mean = (sums["total"] / sums["cohort_size"]).round(2)
    last = len(mean) - 1
    words = [
        f"{WORDS['average'].to(lang)} {number(v, 'money', currency=currency).to(lang)}" if i == last else ""
        for i, v in enumerate(mean)
    ]
    figure.add_scatter(
        x=mean.index.tolist(),
        y=mean.tolist(),
        mode="lines+text",
        text=words,
        textposition="top left",
        line={"color": "#b3541e", "width": 4},
        name=WORDS["average"].to(lang),
        showlegend=False,
        hovertemplate="%{x}: %{y:,.0f}<extra></extra>",
    )


def _shade(place: int, count: int) -> str:
    """From light to dark blue, oldest to newest."""
    share = place / max(1, count - 1)
    old, new = (195, 207, 221), (31, 95, 168)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(old, new, strict=True))
    return f"rgb({red},{green},{blue})"
