"""A new marketer: reads the text of the overview, knows nothing of tables, and writes down what it says to the five questions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

QUESTIONS = {
    "zh": {
        "health": "用户整体健康吗？",
        "change": "比上周变了什么，为什么？",
        "people": "现在该挽回谁、奖励谁？",
        "channel": "下一元钱该投给哪个渠道？",
        "effect": "上个月做的事有用吗？",
    },
    "en": {
        "health": "How healthy is the base?",
        "change": "What changed since last week, and why?",
        "people": "Whom should we win back or reward now?",
        "channel": "Which channel deserves the next yuan?",
        "effect": "Did what we did last month work?",
    },
}
ACTION = {"zh": "建议行动", "en": "Next step"}
READ_ON = {"zh": re.compile(r"^看(?P<page>\S+)$"), "en": re.compile(r"^See (?P<page>.+)$")}
# What the word beside the light means to somebody who wants to know whether to worry.
MEANS = {
    "zh": {
        "good": ("健康", "一切照常", "有指标变好", "没有人要挽回", "投给", "维持现状", "有用"),
        "watch": ("刚越过阈值", "有异常变动", "待批准", "先做实验", "部分有用"),
        "bad": ("持续越过阈值", "有指标变差", "得不偿失"),
        "none": ("还不知道", "还不能比较", "还看不出", "为时尚早"),
        "people": ("要挽回",),
    },
    "en": {
        "good": ("Healthy", "Nothing unusual", "Something got better", "Nobody to win back", '"', "Leave it", "It worked"),
        "watch": ("Just beyond", "An unusual move", "to approve", "Test first", "Partly"),
        "bad": ("Beyond a threshold", "Something got worse", "It did not pay"),
        "none": ("Not known yet", "Too early", "Cannot be told"),
        "people": ("person to win back", "people to win back"),
    },
}  # fmt: skip
_MOST_LINES = 9  # of the last card, behind which other things stand
_MONEY = r"−?¥[\d,.]+[万亿]?"
_RATE = r"[+−]?[\d.,]+%"
# Where in a sentence the number of each question stands.
FACTS = {
    "zh": {
        "health": rf"流失风险为? ?(?P<value>{_RATE}).*?(?:[于在]阈值|应 ≤) (?P<held>{_RATE})",
        "change": r"(?P<who>[^。：]+?)为 (?P<value>\S+)，比 (?P<when>\d\d-\d\d).*?(?P<way>[高低]) (?P<by>\S+)，(?P<side>[高低]于|未超出)正常范围",
        "people": rf"(?P<n>\d+) 位高价值用户有流失风险，预期价值共 (?P<value>{_MONEY})",
        "channel": rf"“(?P<who>[^”]+)”(?:多投|：).*?预计带回 (?P<value>{_MONEY}).*?90% 区间 (?P<low>{_MONEY}) 至 (?P<high>{_MONEY})",
        "net": rf"净增益 (?P<value>{_MONEY})（90% 区间 (?P<low>{_MONEY}) 至 (?P<high>{_MONEY})），已扣除花费 (?P<cost>{_MONEY})",
        "ship": rf"可以上线：“(?P<who>[^”]+)”.*?变化 (?P<value>{_RATE})（区间 (?P<low>{_RATE}) 至 (?P<high>{_RATE})）",
        "cause": r"主要来自(?P<who>.+?)：贡献 (?P<value>\S+?)（90% 区间",
        "plan": r"计划“(?P<who>[^”]+)”等待批准",
    },
    "en": {
        "health": rf"Churn risk (?:is )?(?P<value>{_RATE}).*?(?:its threshold of|should be ≤) (?P<held>{_RATE})",
        "change": r"(?P<who>[^.:]+?) is (?P<value>\S+), (?P<way>up|down) (?P<by>[\d.,]+ ?(?:%|pp)?) from \S+ on (?P<when>\d\d-\d\d) \(7 days before\), (?P<side>above|below|inside) its usual range",
        "people": rf"(?P<n>\d+) (?:person|people) of high value (?:is|are) at risk, expected to bring (?P<value>{_MONEY})",
        "channel": rf'"(?P<who>[^"]+)" .*?(?P<value>{_MONEY}) for each ¥1.*?90% interval (?:of )?(?P<low>{_MONEY}) to (?P<high>{_MONEY})',
        "net": rf"(?P<value>{_MONEY}) net \(90% interval (?P<low>{_MONEY}) to (?P<high>{_MONEY})\), after (?P<cost>{_MONEY}) of cost",
        "ship": rf'can ship: "(?P<who>[^"]+)" changed .*? by (?P<value>{_RATE}) \(interval (?P<low>{_RATE}) to (?P<high>{_RATE})\)',
        "cause": r"Most of it comes from (?P<who>.+?): (?P<value>\S+) \(90% interval",
        "plan": r'The plan "(?P<who>[^"]+)" waits for approval',
    },
}  # fmt: skip


@dataclass(frozen=True)
class Card:
    """What stands in the text under one question."""

    verdict: str
    number: str
    answer: str
    action: str
    page: str


class NotTold(AssertionError):
    """The text does not say what a marketer wants to know."""


class _Visible(HTMLParser):
    """Text that a reader of one language sees: nothing of the other one, of scripts, of what only screen readers hear."""

    hidden = ("script", "style", "svg", "head", "header", "footer", "details")
    blocks = ("p", "li", "h1", "h2", "h3", "h4", "div", "section", "tr", "table", "ul", "ol")
    empty = ("br", "meta", "link", "img", "path", "circle", "rect", "input")

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang, self.parts, self.stack = lang, [], []

    def handle_starttag(self, tag, attrs):
        if tag in self.empty:
            return
        told = dict(attrs)
        other = told.get("lang") in ("zh", "en") and told["lang"] != self.lang and tag != "html"
        unseen = "unseen" in (told.get("class") or "").split()
        self.stack.append((tag, bool(other or unseen or tag in self.hidden)))
        if tag in self.blocks:
            self.parts.append("\n")

    def handle_endtag(self, tag):
        if tag in self.empty:
            return
        while self.stack and self.stack.pop()[0] != tag:
            pass
        if tag in self.blocks:
            self.parts.append("\n")

    def handle_data(self, data):
        if not any(hidden for _, hidden in self.stack):
            self.parts.append(data)


def visible_text(html: str, lang: str) -> str:
    """The text of a page as a reader of one language sees it."""
    parser = _Visible(lang)
    parser.feed(html)
    return "\n".join(" ".join(line.split()) for line in "".join(parser.parts).split("\n") if line.strip())


def read(text: str, lang: str) -> dict[str, Card]:
    """Find the five questions in a text, and what stands under each.

    Raises:
        NotTold: a question is not there, or nothing stands under it.
    """
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    starts = {}
    for name, question in QUESTIONS[lang].items():
        if question not in lines:
            raise NotTold(f"nothing asks: {question}")
        starts[name] = lines.index(question)
    ends = [*sorted(starts.values())[1:], max(starts.values()) + _MOST_LINES]
    return {
        name: _card(name, lines[start + 1 : min(e for e in ends if e > start)], lang) for name, start in starts.items()
    }


def _card(name: str, lines: list[str], lang: str) -> Card:
    ends = [i for i, line in enumerate(lines) if READ_ON[lang].match(line)]
    acts = [i for i, line in enumerate(lines) if line.startswith(ACTION[lang])]
    if not ends or not acts or not 1 < acts[0] < ends[0] + 1:
        raise NotTold(f"{name}: no answer, no next step, or no page to read on")
    action = " ".join(lines[acts[0] : ends[0]]).removeprefix(ACTION[lang]).strip()
    told = lines[: acts[0]]
    answer, number = told[-1], told[1] if len(told) > 2 else ""
    if len(answer) < 8 or not action:
        raise NotTold(f"{name}: the answer or the next step is empty")
    return Card(told[0], number, answer, action, READ_ON[lang].match(lines[ends[0]])["page"])


def meaning(card: Card, lang: str) -> str:
    """good, watch, bad, none or people: what the word beside the light means.

    Raises:
        NotTold: nobody would know.
    """
    # the longest word that fits: "有用" stands in "部分有用" too
    fits = [(len(w), state) for state, words in MEANS[lang].items() for w in words if w in card.verdict]
    if not fits:
        raise NotTold(f"what does {card.verdict!r} mean?")
    return max(fits)[1]


def fact(card: Card, what: str, lang: str) -> dict[str, str]:
    """The numbers and names of an answer.

    Raises:
        NotTold: the sentence does not hold them.
    """
    found = re.search(FACTS[lang][what], card.answer)
    if found is None:
        raise NotTold(f"{what} is not told in: {card.answer}")
    return {name: value.strip() for name, value in found.groupdict().items()}


def amount(told: str) -> float:
    """A number as a reader understands it: 1.2万 is 12,000, 12.5% is 0.125."""
    sign = -1 if told.startswith("−") else 1
    bare = re.sub(r"[^\d.]", "", told)
    scale = (
        1e4 if "万" in told else 1e8 if "亿" in told else 0.01 if "%" in told or "pp" in told or "百分点" in told else 1
    )
    return sign * float(bare) * scale
