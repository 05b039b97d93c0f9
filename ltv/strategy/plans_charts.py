"""The chart of the strategy page; plotly is imported only where it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ltv.strategy.strategy_words import ACTION, WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ltv.text import Lang, Text

_BLUE, _GREY = "#1f5fa8", "#8a94a0"


def uplift(rows: pd.DataFrame, titles: Mapping[str, Text], lang: Lang) -> Any:  # noqa: ANN401
    """Uplift a person of each playbook and action with its interval, around nothing."""
    from plotly import graph_objects as go

    names = [
        titles[p].to(lang) if a == "all" else f"{titles[p].to(lang)} · {ACTION[a].to(lang)}"
        for p, a in zip(rows["playbook"], rows["action"], strict=True)
    ]
    middle = rows["uplift"]
    figure = go.Figure()
    figure.add_scatter(
        y=names, x=middle.tolist(), mode="markers", marker={"color": _BLUE, "size": 9},
        error_x={
            "type": "data", "array": (rows["high"] - middle).tolist(), "arrayminus": (middle - rows["low"]).tolist(), "color": _BLUE,
        },
        hovertemplate="%{y}: %{x:,.2f}<extra></extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": _GREY, "dash": "dot"})
    figure.update_yaxes(autorange="reversed")
    figure.update_xaxes(title=WORDS["uplift"].to(lang))
    figure.update_layout(showlegend=False)
    return figure
