"""Text that goes into a spreadsheet without being taken for a formula."""

from __future__ import annotations

import re

# Spreadsheets take these as the start of a formula, the full-width and small forms in East Asian versions; blanks and
# invisible characters before them do not help, as some programs trim them on the way in.
_FORMULA = re.compile(
    r"[\t\r\n]|[\s\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\-@＝＋－＠\ufe62\ufe63\ufe66\ufe6b]"
)


def defuse(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; a plain apostrophe marks what was changed.

    >>> defuse("=HYPERLINK(1)"), defuse("＋1"), defuse("抖音")
    ("'=HYPERLINK(1)", "'＋1", '抖音')
    """
    text = text.replace("\x00", "")
    return "'" + text if _FORMULA.match(text) else text
