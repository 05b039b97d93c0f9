"""Tables of `LTV.md` that benchmarks write: each stands between two markers of its name, the prose around is by hand."""

from collections.abc import Sequence
from pathlib import Path

PAGE = Path(__file__).with_name("LTV.md")


def put(name: str, text: str, *, page: Path = PAGE) -> None:
    """Replace what stands between the markers of a name.

    Raises:
        SystemExit: the page has no such markers.
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    old = page.read_text(encoding="utf-8")
    if begin not in old or end not in old:
        raise SystemExit(f"{page.name} has no {begin} … {end}")
    before, rest = old.split(begin, 1)
    page.write_text(f"{before}{begin}\n{text.strip()}\n{end}{rest.split(end, 1)[1]}", encoding="utf-8")


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table.

    >>> print(table(["a", "b"], [["1", "2"]]))
    | a | b |
    |---|---|
    | 1 | 2 |
    """
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(
        "|" + "|".join(line) + "|" if k == 1 else f"| {' | '.join(line)} |" for k, line in enumerate(lines)
    )


def short(value: float) -> str:
    """A number as the tables have it: three decimals below 10, the leading zero left out.

    >>> short(0.72345), short(-0.5), short(1.2), short(341.62), short(1005.4)
    ('.723', '-.500', '1.200', '341.6', '1,005')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    text = f"{value:.1f}" if abs(value) >= 10 else f"{value:.3f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text
