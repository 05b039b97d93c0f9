"""Pages of the docs site that no file in `docs/` holds: the README, figures, and one for each module of `ltv`.

A hook of mkdocs. Links between files of the repository lead to their pages, to the page of a module, or, where the site has
none, become plain words. A public module without a docstring, or a link that leads nowhere, ends the build.
"""

from __future__ import annotations

import ast
import posixpath
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
# page of the site → file of the repository
EXTRA = {
    "index.md": "README.md",
    "zh.md": "README.zh.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "mall.md": "ltv/sources/mall/README.md",
    **{f"figures/{p.stem.lower()}.md": f"benchmarks/{p.name}" for p in sorted((ROOT / "benchmarks").glob("*.md"))},
}
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")
FENCE = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`(?!\]))", re.MULTILINE | re.DOTALL)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let signatures stand as they are: the page breaks them, and a formatter would be started for each of thousands."""
    sys.modules["ruff.__main__"] = None  # type: ignore[assignment]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for page, origin in EXTRA.items():
        files.append(File.generated(config, page, content=(ROOT / origin).read_text(encoding="utf-8")))
    modules = _modules()
    for name, path in modules.items():
        files.append(File.generated(config, f"reference/{name}.md", content=_module_page(name, path, modules)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """Let links between files of the repository lead to their pages."""
    here = page.file.src_uri
    if here.startswith("reference/"):
        return markdown
    origin = EXTRA.get(here, f"docs/{here}")
    parts = FENCE.split(markdown)  # every second one is code
    parts[::2] = [LINK.sub(lambda match: _linked(match, here, origin), part) for part in parts[::2]]
    return "".join(parts)


def _linked(match: re.Match[str], here: str, origin: str) -> str:
    picture, words, link = match.groups()
    if re.match(r"[a-z]+:|#", link):
        return match[0]
    target, mark, place = link.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), target))
    page = _page_of(path)
    if page:
        return f"{picture}[{words}]({posixpath.relpath(page, posixpath.dirname(here) or '.')}{mark}{place})"
    if (ROOT / path).exists():
        return f"`{words}`" if "`" not in words else words
    return match[0]  # leads nowhere: mkdocs says so


def _page_of(path: str) -> str:
    """The page of the site that stands for a file of the repository, or nothing."""
    for page, origin in EXTRA.items():
        if path in (origin, origin.removesuffix("/README.md")):
            return page
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"reference/{module}.md" if module in _modules() else ""


@cache
def _modules() -> dict[str, Path]:
    """Every public module with its file."""
    found = {}
    for path in sorted((ROOT / "ltv").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if not any(part.startswith("_") for part in parts):
            found[".".join(parts)] = path
    return found


def _module_page(name: str, path: Path, modules: dict[str, Path]) -> str:
    """A module: where it stands, what its docstrings say, and the modules below it."""
    *above, own = name.split(".")
    links = [f"[{part}]({'.'.join(above[: n + 1])}.md)" for n, part in enumerate(above)]
    trail = " › ".join([*links, f"**{own}**"])
    below = [m for m in modules if m.rpartition(".")[0] == name]
    listed = "".join(f"- [{m.removeprefix(f'{name}.')}]({m}.md): {_first_line(m, modules[m])}\n" for m in below)
    _first_line(name, path)
    return f"# {name}\n\n{trail}\n\n::: {name}\n" + (f"\n## Modules\n\n{listed}" if below else "")


def _first_line(name: str, path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if not said:
        raise PluginError(f"{name}: found no docstring, allowed: every public module says what it is")
    return said.split("\n\n")[0].replace("\n", " ")
