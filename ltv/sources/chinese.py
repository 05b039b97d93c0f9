"""Whether text that was read as GB18030 is Chinese, or another language that happens to decode."""

from __future__ import annotations

from charset_normalizer import from_bytes

_EVERYDAY_SHARE = 0.8
_MIN_DISTINCT = 3
_HANGUL_SHARE = 0.95
_RIVALS = ["gb18030", "cp949", "big5", "euc_jis_2004", "cp932", "cp1250", "cp1251", "cp1252"]
# Tried on tables of 100 rows with a few dozen words each: 8 distinct words of Chinese are recognised in 95 % of tables,
# 20 in all; Korean, Shift-JIS, Big5, Latin and Cyrillic never pass; EUC-JP in a few of those with kanji alone.
_CHAOS_MARGIN = 0.05


def reads_as_chinese(sample: str) -> bool:
    """Whether text decoded as GB18030 reads as everyday Chinese and no rival encoding reads better.

    Args:
        sample: lines that are not plain ASCII.

    GB 2312 sorts the 3,755 everyday characters before the rare ones: Chinese is made of the former, while Latin,
    Cyrillic, Traditional Chinese and most Japanese bytes read as GB18030 give the latter. Korean bytes give everyday
    characters as well; they give themselves away as pure Hangul, and `charset_normalizer` compares how orderly the
    text is in each rival.

    >>> reads_as_chinese("1,北京,张三"), reads_as_chinese("Müller 1".encode("cp1252").decode("gb18030", "ignore"))
    (True, False)
    """
    wide = [char for char in sample if char > "\x7f"]
    if len(set(wide)) < _MIN_DISTINCT or sum(map(_is_everyday, wide)) < _EVERYDAY_SHARE * len(wide):
        return False
    data = sample.encode("gb18030")
    return not _is_hangul(data) and _is_as_orderly_as_any(data)


def _is_everyday(char: str) -> bool:
    lead = char.encode("gb2312", "ignore")[:1]
    return b"\xb0" <= lead <= b"\xd7" or b"\xa1" <= lead <= b"\xa3"  # the second range: punctuation, full-width ASCII


def _is_hangul(data: bytes) -> bool:
    letters = [char for char in data.decode("cp949", "ignore") if char > "\x7f" and char.isalpha()]
    return sum("\uac00" <= char <= "\ud7a3" for char in letters) >= _HANGUL_SHARE * len(letters)


def _is_as_orderly_as_any(data: bytes) -> bool:
    rivals = list(from_bytes(data, cp_isolation=_RIVALS, preemptive_behaviour=False))
    own = [match.chaos for match in rivals if match.encoding == "gb18030"]
    return bool(own) and own[0] <= min(match.chaos for match in rivals) + _CHAOS_MARGIN
