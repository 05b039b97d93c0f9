"""How pages look: pictures of them against stored ones, so that a change of looks is seen by a person before it is kept.

`LTV_NEW_LOOKS=1 pytest tests/report/test_looks.py` stores new pictures in `looks/`: look at them before they are committed.
"""

import base64
import os
from pathlib import Path

import pytest
from support_browser import SCREENS

STORED = Path(__file__).parent / "looks"
LOOKS = [("desktop", "zh", "light"), ("phone", "zh", "light"), ("desktop", "en", "dark"), ("phone", "en", "dark")]

# Letters may be drawn a little otherwise elsewhere: pictures are compared at a quarter of their size, where that is lost.
SHRUNK, FAR_APART, MOST_APART, MOST_TALLER = 4, 32, 0.02, 0.02

SHRINK = """async ([url, by]) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width / by, image.height / by].map(Math.floor);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}"""
COMPARE = """async ([one, other, far]) => {
  const [a, b] = await Promise.all([one, other].map(async (url) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    return image;
  }));
  const [width, height] = [Math.min(a.width, b.width), Math.min(a.height, b.height)];
  const [p, q] = [a, b].map((image) => {
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width, height });
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, width, height).data;
  });
  let apart = 0;
  for (let i = 0; i < p.length; i += 4) {
    if (Math.max(Math.abs(p[i] - q[i]), Math.abs(p[i + 1] - q[i + 1]), Math.abs(p[i + 2] - q[i + 2])) > far) apart += 1;
  }
  return { apart: apart / (width * height), wider: a.width - b.width, taller: Math.abs(a.height / b.height - 1) };
}"""


def data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def picture(browser, page: Path, look, rules: tuple[str, ...] = ()) -> bytes:
    """Take a picture of a whole page, a quarter of its size."""
    screen, lang, theme = look
    with browser.new_context(viewport=SCREENS[screen], color_scheme=theme, reduced_motion="reduce") as context:
        opened = context.new_page()
        opened.goto(page.as_uri() + f"#lang={lang}")
        opened.evaluate("window.ltvReady")
        for rule in rules:  # into the sheet of the page: its policy lets no other in
            opened.evaluate(
                "rule => { const s = document.styleSheets[0]; s.insertRule(rule, s.cssRules.length); }", rule
            )
        taken = opened.screenshot(full_page=True, animations="disabled")
        bare = context.new_page()
        shrunk = bare.evaluate(SHRINK, [data_url(taken), SHRUNK])
    return base64.b64decode(shrunk.partition(",")[2])


def difference(browser, one: bytes, other: bytes) -> dict:
    with browser.new_context() as context:
        return context.new_page().evaluate(COMPARE, [data_url(one), data_url(other), FAR_APART])


def looks_alike(told: dict) -> bool:
    return told["apart"] <= MOST_APART and told["wider"] == 0 and told["taller"] <= MOST_TALLER


@pytest.mark.parametrize("look", LOOKS, ids="-".join)
def test_the_sample_page_looks_as_it_did(browser, full_page, look):
    now, stored = picture(browser, full_page, look), STORED / f"sample-{'-'.join(look)}.png"
    if os.environ.get("LTV_NEW_LOOKS") == "1":
        stored.write_bytes(now)
    told = difference(browser, now, stored.read_bytes())
    assert looks_alike(told), f"{told}: look at the page; LTV_NEW_LOOKS=1 keeps what it looks like now"


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("charts that are not drawn", ".chart svg { visibility: hidden !important; }"),
        ("tiles that do not stand beside each other", ".tiles { display: block !important; }"),
        ("words in another size", "main p, main td, main th { font-size: 19px !important; }"),
        ("a theme that does not hold", "main section { background: #7f8fa0 !important; }"),
    ],
)
def test_what_a_reader_would_notice_is_noticed(browser, full_page, what, rule):
    look = LOOKS[0]
    stored = (STORED / f"sample-{'-'.join(look)}.png").read_bytes()
    assert not looks_alike(difference(browser, picture(browser, full_page, look, (rule,)), stored)), what
