"""How charts look: one plotly template as plain data, held by a page once for all its charts.

Results draw plain figures and leave looks to this file, colours to `ltv.colors`. A heat map needs no styling at all: the template gives it one
light hue, dark labels, gaps between cells, and reads it like a table (first row on top, columns named above).
"""

from __future__ import annotations

from typing import Any

from ltv import colors

FONT = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", '
    '"Noto Sans CJK SC", "Noto Sans SC", sans-serif'
)
INK, SOFT, LINE, PAPER = colors.INK, colors.SOFT, colors.LINE, colors.PAPER
STATE_COLORS = {"good": colors.GOOD, "watch": colors.WATCH, "bad": colors.BAD, "none": colors.NONE}


def _axis(**more: object) -> dict[str, Any]:
    looks: dict[str, Any] = {
        "automargin": True,
        "gridcolor": colors.LINE,
        "linecolor": colors.AXIS,
        "zerolinecolor": colors.AXIS,
        "tickcolor": colors.AXIS,
        "tickfont": {"color": SOFT, "size": 12},
        "title": {"font": {"color": SOFT, "size": 13}, "standoff": 10},
        "fixedrange": True,  # a finger that scrolls the page must not zoom the chart
    }
    return looks | more


def _layout() -> dict[str, Any]:
    return {
        "font": {"family": FONT, "size": 13, "color": INK},
        "colorway": list(colors.SERIES),
        "colorscale": {"sequential": colors.scale(colors.HEAT), "diverging": colors.scale(colors.DIVERGING)},
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
                "colorscale": colors.scale(colors.HEAT),
                "xgap": 2,
                "ygap": 2,
                "showscale": False,
                "hoverongaps": False,
                "textfont": {"color": INK, "size": 12, "family": FONT},
            }
        ],
        "contour": [{"colorscale": colors.scale(colors.HEAT)}],
        "histogram2d": [{"colorscale": colors.scale(colors.HEAT)}],
        "histogram2dcontour": [{"colorscale": colors.scale(colors.HEAT)}],
        "scatter": [
            {"line": {"width": 2.5}, "marker": {"size": 6}, "cliponaxis": False, "textfont": {"size": 12, "color": INK}}
        ],
        "bar": [{"marker": {"line": {"width": 0}}, "cliponaxis": False, "textfont": {"size": 12, "color": INK}}],
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


def look() -> dict[str, Any]:
    """Return what a page needs once for all its charts: the templates by name, and what each colour is on dark paper."""
    return {"plain": TEMPLATE, "heat": HEAT_TEMPLATE, "dark": colors.dark(), "clear": colors.CLEAR}
