"""What every analysis returns: one frozen result with its table, its figures and its sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ltv.errors import UsageError, found
from ltv.text import Lang, Text, Unit, as_lang, spoken

if TYPE_CHECKING:
    import pandas as pd

State = Literal["good", "watch", "bad", "none"]
STATE_WORDS: dict[str, Text] = {
    "good": Text("健康", "On track"),
    "watch": Text("关注", "Watch"),
    "bad": Text("报警", "Alert"),
    "none": Text("说明", "Note"),
}
STATE_SHAPES: dict[str, str] = {"good": "●", "watch": "▲", "bad": "■", "none": "○"}


@dataclass(frozen=True)
class Source:
    """The page, and the block on it, that a figure or a sentence was taken from.

    Attributes:
        page: name of a notebook, such as `12_health`.
        view: name of a view on that page; empty for the page itself.
    """

    page: str
    view: str = ""


@dataclass(frozen=True)
class KeyFigure:
    """One tile: a value, what it is compared with, and the rule behind its traffic light.

    Attributes:
        label: what is measured.
        value: the figure, in `unit`; None when it cannot be known yet.
        unit: how it is written.
        low: lower end of its interval, or None.
        high: upper end of its interval, or None.
        previous: the value it is compared with, or None.
        comparison: what `previous` is, in words.
        state: traffic light.
        rule: the rule that gave the light, in words.
        spark: earlier values, oldest first, for a small line.
        level: of the interval, percent.
        source: where to read on, for a figure that another page tells more of.
        is_minor: whether it stands beside the goal, to be shown small and last.
    """

    label: Text
    value: float | None
    unit: Unit
    low: float | None = None
    high: float | None = None
    previous: float | None = None
    comparison: Text | None = None
    state: State = "none"
    rule: Text | None = None
    spark: tuple[float | None, ...] = ()
    level: int = 95
    source: Source | None = None
    is_minor: bool = False


@dataclass(frozen=True)
class Takeaway:
    """A sentence that a reader acts on."""

    text: Text
    state: State = "none"
    action: Text | None = None
    source: Source | None = None


@dataclass(frozen=True)
class Answer:
    """A question that a reader comes with, answered.

    Attributes:
        name: what a view with the rows behind it is called.
        question: as the reader would ask it.
        verdict: the answer in a word or two, beside the traffic light.
        text: the answer in a sentence or two: number, comparison, threshold, uncertainty.
        state: traffic light.
        action: what to do next.
        source: where to read on.
        figure: the number that the answer rests on; its `previous` is what it is held against.
    """

    name: str
    question: Text
    verdict: Text
    text: Text
    state: State
    action: Text
    source: Source | None = None
    figure: KeyFigure | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table on a page.

    Attributes:
        name: name in the data.
        label: heading.
        unit: how values are written.
        words: what values are called in each language, for values that have a name.
    """

    name: str
    label: Text
    unit: Unit = "text"
    words: Mapping[str, Text] = field(default_factory=dict)


class Worded:
    """Texts as values of a column, each told in the language of the page.

    >>> told = Worded()
    >>> told(Text("升", "up")), told.words["up"].zh
    ('up', '升')
    """

    def __init__(self) -> None:
        self.words: dict[str, Text] = {}

    def __call__(self, text: Text) -> str:
        """Remember a text and return the value that stands for it."""
        self.words[text.en] = text
        return text.en


@dataclass(frozen=True)
class View:
    """One block of a page: a chart or a table, with the rows behind it.

    Attributes:
        kind: whether it is drawn or listed.
        title: heading of the block.
        note: what the reader should know to read it: definition, denominator, what is left out.
        data: the rows behind it; the download holds exactly these.
        columns: names, labels and units of `data`.
        alt: what a chart shows, for those who do not see it.
        selector: column among whose values a reader may choose: a table then lists the rows of one, a chart shows the
            traces whose `meta["choice"]` is that value.
    """

    kind: Literal["chart", "table"]
    title: Text
    note: Text
    data: pd.DataFrame
    columns: tuple[Column, ...]
    alt: Text | None = None
    selector: str | None = None


@dataclass(frozen=True)
class Result:
    """Base of all results.

    Attributes:
        table: the result table as CONTRACT names it, without `run_id`.
        name: name of the result table (class attribute).
        currency: ISO code in which money is written.
    """

    table: pd.DataFrame
    currency: str = field(default="CNY", kw_only=True)
    name: ClassVar[str]

    @property
    def views(self) -> Mapping[str, View]:
        """The blocks this result can show, by name."""
        return {}

    @property
    def key_figures(self) -> Sequence[KeyFigure]:
        """The tiles of this result."""
        return ()

    @property
    def findings(self) -> Sequence[Takeaway]:
        """The sentences of this result, in both languages, most important first."""
        return ()

    @property
    def answers(self) -> Sequence[Answer]:
        """The questions of its reader that this result answers, in the order in which they are asked."""
        return ()

    def takeaways(self, lang: Lang = "zh") -> list[str]:
        """Return the sentences in one language.

        Raises:
            UsageError: `lang` is neither zh nor en.
        """
        return [t.text.to(as_lang(lang)) for t in self.findings]

    def having(self, *names: str) -> tuple[str, ...]:
        """Those of the views that there are figures for; of nothing it is the takeaways that say so."""
        return tuple(name for name in names if name in self.views) or ("takeaways",)

    def figure(self, view: str | None = None, *, lang: Lang = "zh") -> Any:  # noqa: ANN401  plotly is imported only here
        """Return a plotly figure of one chart view (default: the first).

        Raises:
            UsageError: the result has no chart of that name.
        """
        charts = [k for k, v in self.views.items() if v.kind == "chart"]
        wanted = view or (charts[0] if charts else "")
        if wanted not in charts:
            raise UsageError(found("figure", wanted, ", ".join(charts) or "this result has no chart"))
        return self.draw(wanted, as_lang(lang))

    def draw(self, view: str, lang: Lang) -> Any:  # noqa: ANN401
        """Draw one chart; results with charts override this."""
        raise NotImplementedError

    def __repr__(self) -> str:
        from ltv.seen import in_terminal

        return in_terminal(self, spoken("en"))

    def _repr_html_(self) -> str:
        from ltv.seen import in_notebook

        return in_notebook(self, spoken())
