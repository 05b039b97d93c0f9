"""An extension of griffe: examples in docstrings become blocks of code, wherever in the docstring they stand."""

from __future__ import annotations

import re

from griffe import Extension, Object

# What begins with >>> goes on to the next empty line.
EXAMPLE = re.compile(r"(?:^|(?<=\n\n))((?:>>> ).+?)(?=\n\n|\Z)", re.DOTALL)


class FencedExamples(Extension):
    """Puts a fence around each example."""

    def on_object(self, *, obj: Object, **_: object) -> None:
        """Change the docstring before it is read."""
        if obj.docstring is not None and ">>> " in obj.docstring.value:
            obj.docstring.value = fenced(obj.docstring.value)


def fenced(text: str) -> str:
    """A docstring whose examples are blocks of code."""
    return EXAMPLE.sub(lambda match: f"```pycon\n{match[1]}\n```", text)
