"""All words that the package can show: literals of its code, and what a page holds in each language."""

import ast
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import ltv

PACKAGE = Path(ltv.__file__).parent
HAN = re.compile("[\u4e00-\u9fff]")
FULL_WIDTH = re.compile("[\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True)
class Pair:
    """The two sides of a `Text` in the code, places left open."""

    place: str
    zh: str
    en: str


def _literal(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(str(v.value) if isinstance(v, ast.Constant) else "{x}" for v in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _literal(node.left), _literal(node.right)
        return None if left is None or right is None else left + right
    return None


@cache
def trees() -> dict[str, ast.Module]:
    """Return the tree of every module, by its path in the package."""
    return {
        str(f.relative_to(PACKAGE)): ast.parse(f.read_text(encoding="utf-8")) for f in sorted(PACKAGE.rglob("*.py"))
    }


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    for file, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield f"{file}:{node.lineno}", node


@cache
def pairs() -> list[Pair]:
    """Return every `Text` whose two sides stand in the code."""
    found = []
    for place, call in _calls("Text"):
        sides = [_literal(a) for a in [*call.args, *(k.value for k in call.keywords)]]
        if len(sides) == 2 and None not in sides:
            found.append(Pair(place, str(sides[0]), str(sides[1])))
    return found


def takeaways() -> list[tuple[str, list[ast.expr]]]:
    """Return what each sentence in the code is made of: words, state, action."""
    return [(place, [*call.args, *(k.value for k in call.keywords)]) for place, call in _calls("Takeaway")]


def places(template: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(template) if place}


def told(template: str) -> str:
    """Return a template as it reads: figures in its places, the plural where there are two forms."""
    parts = []
    for literal, place, forms, _ in Formatter().parse(template):
        parts += [literal] + ([forms.partition("|")[2] if forms else "7"] if place else [])
    return "".join(parts)


# What holds data, code or names and has no language of its own.
_DATA = {"td", "dd", "code", "pre", "script", "style", "title"}
_VOID = {"meta", "link", "br", "img", "input", "hr", "path", "rect", "circle"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None, str]] = []
        self.nodes: list[tuple[str | None, list[str], str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "option" and given.get("data-zh") != given.get("data-en"):  # the script shows one or the other
            above = [name for name, _, _ in self.open]
            self.nodes += [(lang, above, given[f"data-{lang}"] or "") for lang in ("zh", "en")]
        if tag not in _VOID:
            self.open.append((tag, given.get("lang"), given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self.open and self.open[-1][0] == "option"):
            lang = next((lang for tag, lang, _ in reversed(self.open) if lang and tag != "html"), None)
            self.nodes.append((lang, [f"{tag}.{kind}" if kind else tag for tag, _, kind in self.open], data.strip()))


def nodes(html: str) -> list[tuple[str | None, list[str], str]]:
    """Return the texts of a page: language or None, the tags around it (with their classes), words."""
    reader = _Reader()
    reader.feed(html)
    return reader.nodes


def is_data(tags: list[str]) -> bool:
    """Whether a text stands where data does: in a cell, beside one at the head of its row, or in a list of the foot."""
    names = [tag.split(".")[0] for tag in tags]
    return bool(_DATA & set(names)) or {"tbody", "th"} <= set(names) or {"footer", "dt"} <= set(names)


# What a reader sees of faults in a template: a place left open, a value that is none.
_BROKEN = re.compile(r"\{\w*\}|\b(None|nan|NaN|NaT|inf|Text\()\b")
_ONE_OF_MANY = re.compile(
    r"(?<![\d.,–-])1 (people|orders|rows|plans|playbooks|days|calls|cases|links|identifiers|trials|users|products)\b"
)


def faults_of_language(html: str, names: Iterable[str]) -> list[tuple[str | None, str]]:
    """Return the words of a page that are not in the language they are shown in.

    Args:
        html: the page.
        names: names from the data, which both languages show as they are.
    """
    called = re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "$^")
    found = []
    for lang, tags, words in nodes(html):
        if is_data(tags):
            continue
        bare = called.sub("", words)
        lacks = {
            "zh": not HAN.search(words) and bool(re.search("[A-Za-z]{3}", bare)),
            "en": bool(HAN.search(bare)) and "button.always" not in tags,
            None: bool(
                HAN.search(bare) or re.search(r"[A-Za-z]{3,}(?! ?\+)", re.sub(r"UTC|PDF|CSV|PNG|AUC", "", bare))
            ),
        }[lang]
        if lacks or _BROKEN.search(bare) or _ONE_OF_MANY.search(bare):
            found.append((lang, words))
    return found


def blocks(notebook: Path) -> Iterator[dict[str, Any]]:
    """Give the blocks that the cells of an executed notebook show."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            yield from output.get("data", {}).get("application/vnd.ltv.blocks+json", {}).get("blocks", [])


def sentences(notebook: Path) -> list[dict[str, Any]]:
    """Return the sentences of an executed notebook as its blocks hold them."""
    return [item for block in blocks(notebook) if block["kind"] == "takeaways" for item in block["items"]]


# Sentences that judge and have nothing to count, with what they say instead.
_UNCOUNTED = (
    "没有设置剧本",  # that there are no rules
    "还没有人曝光",  # that nobody has seen the experiment
    "没有在 ltv.toml 的 [[experiments]] 中声明",  # that there is no plan
    "没有可用的回答",  # why another program does not answer
)


def faults_of_sentence(item: dict[str, Any]) -> list[str]:
    """Return what a sentence lacks: figures where it judges, a next step where it warns, an end in its language."""
    state, text, action = item["state"], item["text"], item["action"]
    lacks = {
        "an action": state in ("watch", "bad") and action is None,
        "a figure": state != "none"
        and not re.search(r"\d", text["zh"])
        and not any(u in text["zh"] for u in _UNCOUNTED),
        "an end": not all(one["zh"].endswith("。") and one["en"].endswith((".", "?")) for one in (text, action) if one),
        "a proper space": bool(re.search(rf" {{2}}|{HAN.pattern} +{HAN.pattern}|[，。：；] ", text["zh"])),
        "the singular": bool(_ONE_OF_MANY.search(text["en"])),
        "brevity": len(text["zh"]) > 200 or len(text["en"]) > 420,
    }
    return [what for what, does in lacks.items() if does]


def faults_of_charts(notebook: Path) -> list[tuple[str, str]]:
    """Return the titles of axes that Chinese charts have in English, or English ones in Chinese."""
    found = []
    for block in blocks(notebook):
        if block["kind"] == "chart":
            english = [(path, v) for path, v in block["patches"]["en"] if path[-2:] == ["title", "text"]]
            found += [(block["view"], v) for _, v in english if HAN.search(str(v))]
            for name, axis in block["figure"]["layout"].items():
                title = axis.get("title", {}).get("text", "") if "axis" in name else ""
                if not HAN.search(title) and re.search("[A-Za-z]{4}", title):
                    found.append((block["view"], title))
    return found
