import itertools
import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest

from ltv import colors
from ltv.report import assets, theme

# Machado, Oliveira and Fernandes (2009), full severity: what linear RGB looks like without one kind of cone.
SIGHT = {
    "full": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def linear(color: str):
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    dark, light = sorted(float(linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (one, other))
    return (light + 0.05) / (dark + 0.05)


def lab(rgb):
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
    x, y, z = np.cbrt(np.array(to_xyz) @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("template", [theme.TEMPLATE, theme.HEAT_TEMPLATE])
def test_plotly_accepts_every_setting_of_the_template(template):
    assert go.layout.Template(template).layout.font.family == theme.FONT


DARK = colors.dark()
SCALES = [color for _, color in (*colors.HEAT, *colors.DIVERGING)]
FILLS = [*colors.FLAMES, colors.PALE, colors.OPEN, colors.LIGHT]
WORDS = [*colors.SERIES, colors.INK, colors.SOFT, colors.GOOD, colors.WATCH, colors.BAD, colors.MUTED]


@pytest.mark.parametrize("color", sorted({*SCALES, *FILLS}))
def test_labels_can_be_read_on_every_step_of_a_scale_and_on_every_fill(color):
    assert contrast(color, colors.INK) >= 4.5
    assert contrast(DARK[color], DARK[colors.INK]) >= 4.5


@pytest.mark.parametrize("color", sorted(set(WORDS)))
def test_lines_and_words_in_their_colour_stand_out_from_the_paper(color):
    assert contrast(color, colors.PAPER) >= 4.5
    assert contrast(DARK[color], colors.DARK_PAPER) >= 4.5


@pytest.mark.parametrize("shade", ["light", "dark"])
@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_six_series_differ_for_every_kind_of_sight(sight, shade):
    shown = [c if shade == "light" else DARK[c] for c in colors.SERIES[:6]]
    seen = [lab(np.array(SIGHT[sight]) @ linear(c)) for c in shown]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 20


def test_every_colour_of_a_chart_has_another_on_dark_paper():
    named = {v for v in vars(colors).values() if isinstance(v, str) and v.startswith("#")} - {colors.DARK_PAPER}
    listed = {c for v in vars(colors).values() if isinstance(v, tuple) for c in v if str(c).startswith("#")}
    used = named | (listed - set(colors._DARK_SERIES)) | set(SCALES) | {colors.band(c) for c in colors.SERIES}
    assert used <= set(DARK)
    text = json.dumps([theme.TEMPLATE, theme.HEAT_TEMPLATE])
    assert set(re.findall(r"#[0-9a-f]{6}|rgba\([^)]*\)", text)) <= set(DARK)


def test_a_page_holds_the_look_of_its_charts_in_few_bytes():
    assert len(json.dumps(theme.look())) < 8_000


@pytest.mark.parametrize("state", ["good", "watch", "bad", "none"])
def test_words_of_a_state_can_be_read_on_its_tint(state):
    color, tint = (re.search(rf"--{name}: (#\w+)", assets.style())[1] for name in (state, f"{state}-tint"))
    assert color == theme.STATE_COLORS[state]
    assert contrast(color, tint) >= 4.5
