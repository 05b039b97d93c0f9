"""The colours of all charts, by what they mean; their counterparts on dark paper; nothing else in the package names a colour.

Lines and words in them have 4.5:1 against the paper, light or dark; the first six series stay apart for the three kinds of
colour blindness: tests keep both.
"""

from __future__ import annotations

INK, SOFT, LINE, AXIS, PAPER = "#16202b", "#4a5766", "#e3e8ee", "#b8c2cc", "#ffffff"

SERIES = ("#1c6dbd", "#bf540c", "#1b4439", "#97497d", "#35106b", "#47380a", "#b03060", "#5d6875")
MAIN, OTHER = SERIES[0], SERIES[1]  # what a chart is about, and what it is compared with or split from
GOOD, WATCH, BAD, NONE = "#1a7044", "#875800", "#b3261e", SOFT
MUTED = "#5d6875"  # thresholds, baselines, what stands back
LIGHT = "#7fb2e5"  # a second step of the main colour
PALE = "#d5dee8"  # what did not happen
OPEN = "#f2d6b3"  # what is not decided yet
AGES = ("#c3d5e8", "#a3c2e2", "#7dabd9", "#5190cd", "#2f7ac3")  # from old to new
FLAMES = ("#7fb0e0", "#9cc4ea", "#b9d6f1")  # neighbours that differ

# One hue that stays light, since dark labels must be read on every step of it.
HEAT = ((0.0, "#e8f1fa"), (0.35, "#c9dff2"), (0.7, "#98c3e6"), (1.0, "#6aa8db"))
DIVERGING = ((0.0, "#f0a96b"), (0.5, "#f7f7f5"), (1.0, "#7fb4e0"))

CLEAR = "rgba(0,0,0,0)"
DARK_PAPER = "#18212b"  # what dark charts are tested against: their own paper is clear
_BAND_SHARE, _DARK_BAND_SHARE = 0.16, 0.24
_DARK_SERIES = ("#5ba6ec", "#ea8035", "#2fe0b5", "#c67fb0", "#dfcef8", "#f4c32f", "#f07ba4", "#a3b1c0")
_DARK = {
    INK: "#e8eef5",
    SOFT: "#aebac7",
    LINE: "#2d3945",
    AXIS: "#566473",
    PAPER: DARK_PAPER,
    **dict(zip(SERIES, _DARK_SERIES, strict=True)),
    GOOD: "#58c48a",
    WATCH: "#e0a93f",
    BAD: "#f4807a",
    LIGHT: "#2f6ba3",
    PALE: "#3d4a58",
    OPEN: "#6e5327",
    **dict(zip(AGES, ("#2c435b", "#2f5378", "#356795", "#3f7db5", "#4b93d4"), strict=True)),
    **dict(zip(FLAMES, ("#2b5f92", "#264f7a", "#214263"), strict=True)),
    "#e8f1fa": "#1d2d3e",
    "#c9dff2": "#20405e",
    "#98c3e6": "#24527e",
    "#6aa8db": "#2a639a",
    "#f0a96b": "#8a4a17",
    "#f7f7f5": "#27313c",
    "#7fb4e0": "#245c8f",
}


def series(place: int) -> str:
    """Return the colour of a series; after the last one they begin anew.

    >>> series(0) == series(len(SERIES)) == MAIN
    True
    """
    return SERIES[place % len(SERIES)]


def band(color: str) -> str:
    """Return the colour of the band around a line.

    >>> band("#1c6dbd")
    'rgba(28,109,189,0.16)'
    """
    return _see_through(color, _BAND_SHARE)


def age(place: int, count: int) -> str:
    """Return the colour of a thing by its place among things from old to new, oldest palest."""
    return AGES[round(place / max(1, count - 1) * (len(AGES) - 1))]


def scale(steps: tuple[tuple[float, str], ...]) -> list[list[float | str]]:
    """Return a colour scale in plotly's form.

    >>> scale(HEAT)[0]
    [0.0, '#e8f1fa']
    """
    return [list(step) for step in steps]


def dark() -> dict[str, str]:
    """Return, for every colour of a light chart, the one that takes its place on dark paper; bands too."""
    bands = {band(light): _see_through(_DARK[light], _DARK_BAND_SHARE) for light in _lines()}
    return _DARK | bands


def _lines() -> tuple[str, ...]:
    return tuple(dict.fromkeys((*SERIES, GOOD, WATCH, BAD, SOFT)))


def _see_through(color: str, share: float) -> str:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share})"
