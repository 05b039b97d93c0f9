"""The chart of the strategy page; plotly is imported only where it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.colors import MAIN, MUTED
from ltv.drawing import scale_axis, whiskers
from ltv.strategy.strategy_words import ACTION, WORDS
from ltv.text import number

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ltv.text import Lang, Text


def uplift(rows: pd.DataFrame, titles: Mapping[str, Text], lang: Lang, currency: str) -> Any:  # noqa: ANN401
    """Uplift a person of each playbook and action with its interval, around nothing."""
    from plotly import graph_objects as go

    names = [
        titles[p].to(lang) if a == "all" else f"{titles[p].to(lang)} · {ACTION[a].to(lang)}"
        for p, a in zip(rows["playbook"], rows["action"], strict=True)
    ]
    middle = rows["uplift"]
    figure = go.Figure()
    figure.add_scatter(
        y=names, x=middle.tolist(), mode="markers+text", marker={"color": MAIN, "size": 11}, showlegend=False,
        text=[number(v, "money", currency=currency).to(lang) for v in middle], textposition="top center",
        error_x=whiskers(middle, rows["low"], rows["high"], color=MAIN), hovertemplate="%{y}: %{text}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": MUTED, "dash": "dot"})
    values, title = [*rows["low"], *rows["high"], 0.0], WORDS["uplift"].to(lang)
    scale_axis(figure, "x", values, unit="money", lang=lang, currency=currency, title=title)
    figure.update_yaxes(autorange="reversed")
    figure.update_layout(height=110 + 48 * max(len(rows), 2))
    return figure
