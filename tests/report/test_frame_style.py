"""Colours of the frame in both themes: every text is read on everything that it stands on, as the style sheet has it."""

import re

import pytest

from ltv.report import assets

# What words are written in, and what they stand on. Pressed and said are their own pair.
TEXTS = ("ink", "soft", "link", "good", "watch", "bad", "none")
SURFACES = ("page", "card", "raised", "head", "hover", "bar", "good-tint", "watch-tint", "bad-tint", "none-tint")
PAIRS = [*((text, surface) for text in TEXTS for surface in SURFACES), ("on-pressed", "pressed")]
LEAST_TEXT, LEAST_SHAPE = 4.5, 3.0


def palette(theme):
    """The variables of a theme; what the dark one does not say is as in the light one."""
    style = re.sub(r"/\*.*?\*/", "", str(assets.style()), flags=re.DOTALL)
    light, dark = (
        re.search(head + r"\s*{(.*?)}", style, re.DOTALL)[1] for head in (r":root", r'html\[data-theme="dark"\]')
    )
    told = light if theme == "light" else light + dark
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", told))


def luminance(colour):
    numbers = re.match(r"rgba\((\d+), (\d+), (\d+)", colour)
    digits = colour.lstrip("#")
    digits = "".join(2 * d for d in digits) if len(digits) == 3 else digits
    parts = [int(n) for n in numbers.groups()] if numbers else [int(digits[i : i + 2], 16) for i in (0, 2, 4)]
    linear = [c / 255 / 12.92 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_four_and_a_half_to_one_on_everything_it_may_stand_on(theme):
    colours = palette(theme)
    low = {(t, s): round(contrast(colours[t], colours[s]), 2) for t, s in PAIRS}
    assert {pair: ratio for pair, ratio in low.items() if ratio < LEAST_TEXT} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signs_marks_and_lines_of_tiles_have_three_to_one(theme):
    colours = palette(theme)
    shapes = [("sign", state) for state in ("good", "watch", "bad", "none")]
    shapes += [("dot", "card"), ("focus", "page"), ("trend", "card")]
    assert {
        p: contrast(colours[p[0]], colours[p[1]])
        for p in shapes
        if contrast(colours[p[0]], colours[p[1]]) < LEAST_SHAPE
    } == {}


def test_the_dark_theme_says_every_colour_of_the_light_one_again():
    same = {name for name, value in palette("light").items() if palette("dark")[name] == value}
    assert same <= {"font", "focus", "watch-edge"}


def test_no_rule_names_a_colour_of_its_own_but_on_paper():
    style = str(assets.style())
    screen = style[style.index("* { box-sizing") : style.index("@media print")]
    assert re.findall(r"#[0-9a-f]{3,8}\b(?=[; ,)])|rgba?\(", screen) == []


def test_known_contrasts_are_computed_as_the_guidelines_have_it():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.48, abs=0.01)
