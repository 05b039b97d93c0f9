"""How charts look: one plotly template as plain data, put onto every figure when its block is made.

Results draw plain figures and leave looks to this file. A heat map needs no styling at all: the template gives it one
light hue, dark labels, gaps between cells, and reads it like a table (first row on top, columns named above).
"""

from __future__ import annotations

from typing import Any

FONT = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)
INK, SOFT, LINE, PAPER = "#16202b", "#4a5766", "#e3e8ee", "#ffffff"
STATE_COLORS = {"good": "#1a7044", "watch": "#875800", "bad": "#b3261e", "none": "#4a5766"}

# Each has 3:1 against white; the first five stay apart for the three kinds of colour blindness, as a test keeps.
SERIES_COLORS = ("#1c6dbd", "#d1660a", "#12433c", "#9088a8", "#7b2a73", "#5a3a1a", "#b03060", "#5d6875")

# One hue that stays light, since dark labels must be read on every step of it.
HEAT_COLORS = ((0.0, "#e8f1fa"), (0.35, "#c9dff2"), (0.7, "#98c3e6"), (1.0, "#6aa8db"))
DIVERGING_COLORS = ((0.0, "#f0a96b"), (0.5, "#f7f7f5"), (1.0, "#7fb4e0"))


def heat_colors() -> list[list[float | str]]:
    """Return the colour scale of heat maps in plotly's form.

    >>> heat_colors()[0]
    [0.0, '#e8f1fa']
    """
    return [list(step) for step in HEAT_COLORS]


def _axis(**more: object) -> dict[str, Any]:
    looks: dict[str, Any] = {
        "automargin": True,
        "gridcolor": LINE,
        "linecolor": "#b8c2cc",
        "zerolinecolor": "#b8c2cc",
        "tickcolor": "#b8c2cc",
        "tickfont": {"color": SOFT, "size": 12},
        "title": {"font": {"color": SOFT, "size": 13}, "standoff": 10},
        "fixedrange": True,  # a finger that scrolls the page must not zoom the chart
    }
    return looks | more


def _layout() -> dict[str, Any]:
    return {
        "font": {"family": FONT, "size": 13, "color": INK},
        "colorway": list(SERIES_COLORS),
        "colorscale": {"sequential": heat_colors(), "diverging": [list(step) for step in DIVERGING_COLORS]},
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "xaxis": _axis(showgrid=False, showline=True, ticks="outside", ticklen=4),
        "yaxis": _axis(showgrid=True, zeroline=False),
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "font": {"size": 12, "color": INK}},
        "hovermode": "closest",
        "hoverlabel": {"bgcolor": INK, "bordercolor": INK, "font": {"family": FONT, "color": PAPER, "size": 13}},
        "dragmode": False,
        "bargap": 0.28,
        "separators": ".,",
    }


def _traces() -> dict[str, Any]:
    return {
        "heatmap": [
            {
                "colorscale": heat_colors(),
                "xgap": 2,
                "ygap": 2,
                "showscale": False,
                "hoverongaps": False,
                "textfont": {"color": INK, "size": 12, "family": FONT},
            }
        ],
        "contour": [{"colorscale": heat_colors()}],
        "histogram2d": [{"colorscale": heat_colors()}],
        "histogram2dcontour": [{"colorscale": heat_colors()}],
        "scatter": [{"line": {"width": 2.5}, "marker": {"size": 6}, "cliponaxis": False}],
        "bar": [{"marker": {"line": {"width": 0}}, "cliponaxis": False, "textfont": {"size": 12}}],
    }


TEMPLATE: dict[str, Any] = {"layout": _layout(), "data": _traces()}

_LABEL_AXIS: dict[str, Any] = {"showgrid": False, "showline": False, "zeroline": False, "ticks": ""}
HEAT_TEMPLATE: dict[str, Any] = {
    "layout": _layout()
    | {
        "xaxis": _axis(**_LABEL_AXIS, side="top"),
        "yaxis": _axis(**_LABEL_AXIS, autorange="reversed"),
    },
    "data": _traces(),
}
