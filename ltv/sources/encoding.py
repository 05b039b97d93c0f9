"""How the bytes of a text file are to be read: found out from the bytes, or refused; never guessed silently.

A byte order mark decides. Without one the whole file is tried: as UTF-8, then as GB18030, which must also read as
everyday Chinese, since nearly any bytes decode as GB18030. A few broken bytes in a file that otherwise speaks for
itself cost only their own lines; a file that does not speak for itself is refused with the offset of the first byte
that UTF-8 cannot have.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ltv.errors import DataRefusedError, UsageError, found
from ltv.sources.chinese import reads_as_chinese
from ltv.sources.compressed import read_blocks

_BOMS = {  # UTF-32 first: its little-endian mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_WITH_MARK = ("utf-16", "utf-32")  # names that leave the order of the bytes to a mark
_ASK = 'name the encoding in ltv.toml, for example encoding = "gb18030", "big5" or "cp1252"'
_HEAD_BYTES = 4096
_SAMPLE_CHARS = 20_000

# Text that is what it seems has at least this many good bytes in its multi-byte characters for each broken one:
# GB18030 read as UTF-8 has fewer good than broken ones, and one cut name in a column of names is far above it.
_GOOD_PER_BROKEN = 20
# Broken lines in a file that is otherwise plain ASCII, where no multi-byte character bears witness.
_RARE_SHARE = 0.001
# Broken lines that a user's own word on the encoding may leave.
_DECLARED_SHARE = 0.01
_HOPELESS_BYTES = 10_000

# Lone surrogates cannot be in decoded text, so a byte b that does not decode is kept as U+DC00 + b.
BROKEN = re.compile("[\udc00-\udcff]")
_MARK = "ltv-mark-broken-bytes"


def _mark_broken(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : error.end]), error.end


codecs.register_error(_MARK, _mark_broken)


class Decoder:
    r"""Decodes a file block by block; bytes that do not decode become marks that `BROKEN` finds.

    Attributes:
        first_broken: offset in bytes of the first byte that did not decode, or None.

    >>> Decoder("utf-8").decode("café".encode("latin-1"), final=True) == ("caf\udce9", True)
    True
    """

    def __init__(self, encoding: str) -> None:
        make = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))
        # The built-in handler makes the same marks much faster, but refuses bytes under 0x80, which wide units have.
        wide = encoding.startswith(("utf-16", "utf-32"))
        self._strict, self._marking = make("strict"), make(_MARK if wide else "surrogateescape")
        self._fed = 0
        self.first_broken: int | None = None

    def decode(self, data: bytes, *, final: bool) -> tuple[str, bool]:
        """Return the text of the next block, and whether bytes in it were broken."""
        state = self._strict.getstate()
        self._fed += len(data)
        try:
            return self._strict.decode(data, final), False
        except UnicodeDecodeError as error:
            if self.first_broken is None:
                self.first_broken = self._fed - len(error.object) + error.start
        self._marking.setstate(state)
        text = self._marking.decode(data, final)
        self._strict.setstate(self._marking.getstate())
        return text, True


def decoded(path: Path, encoding: str) -> Iterator[tuple[str, bool]]:
    """Yield a file's text block by block without its byte order mark, each with whether bytes in it were broken.

    Raises:
        DataRefusedError: the file cannot be read or decompressed.
    """
    return _decoded(path, Decoder(encoding))


def _decoded(path: Path, decoder: Decoder) -> Iterator[tuple[str, bool]]:
    start = True
    for block in read_blocks(path):
        text, broken = decoder.decode(block, final=False)
        yield (text.removeprefix("\ufeff") if start else text), broken
        start = start and not text
    text, broken = decoder.decode(b"", final=True)
    if text:
        yield text, broken


def find_encoding(path: Path, *, declared: str | None = None) -> str:
    """Find out how a file's bytes are to be read; reads the whole file once, or twice if it is not UTF-8.

    Args:
        path: a text file, plain or compressed.
        declared: the encoding that the settings name for it; a byte order mark still goes first.

    Returns:
        The name of a codec: `utf-8`, `utf-8-sig` (with a byte order mark), `utf-16-le`, `utf-16-be`, `gb18030`, or
        the declared one.

    Raises:
        DataRefusedError: no encoding fits, more than one may, or the declared one does not; names the byte offset.
        UsageError: there is no encoding of the declared name.
    """
    known = None if declared is None else _codec_name(declared)
    head = next(read_blocks(path), b"")[:_HEAD_BYTES]
    marked = next((name for bom, name in _BOMS.items() if head.startswith(bom)), None)
    if marked is not None:
        return _confirmed(path, marked, "as its byte order mark says, allowed: one encoding throughout")
    if known is not None and known not in _WITH_MARK:
        return _confirmed(path, known, f"as encoding = {declared!r} in the settings says; {_ASK}")
    wide = _wide_without_mark(head)
    if wide is not None:
        return _confirmed(path, wide, f"as its first bytes seem to say; {_ASK}")
    if known is not None:
        raise DataRefusedError(f"{path}: found no byte order mark, allowed: encoding = '{known}-le' or '{known}-be'")
    return _tried(path)


def _codec_name(declared: str) -> str:
    try:
        "".encode(declared)  # unlike codecs.lookup this refuses codecs that are not for text
    except LookupError:
        raise UsageError(found("encoding", declared, "utf-8, gb18030, utf-16-le, big5, cp1252, ...")) from None
    return codecs.lookup(declared).name


def _wide_without_mark(head: bytes) -> str | None:
    """Return the UTF-16 that the zero bytes of ASCII characters give away, if they do."""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if max(even, odd) * 3 < len(head) // 2 or not head:
        return None
    if odd > 10 * even:
        return "utf-16-le"
    return "utf-16-be" if even > 10 * odd else None


def _confirmed(path: Path, encoding: str, why: str) -> str:
    trial = attempt(path, encoding)
    if trial.speaks_for_itself or trial.broken_lines <= _DECLARED_SHARE * trial.lines:
        return encoding
    raise DataRefusedError(f"{path}: the byte at offset {trial.first_broken} is not {encoding}, {why}")


def _tried(path: Path) -> str:
    utf8 = attempt(path, "utf-8")
    if utf8.speaks_for_itself:
        return "utf-8"
    gb18030 = attempt(path, "gb18030")
    if gb18030.speaks_for_itself and reads_as_chinese(gb18030.sample):
        return "gb18030"
    if utf8.broken_lines <= _RARE_SHARE * utf8.lines:
        return "utf-8"
    at = utf8.first_broken
    raise DataRefusedError(f"{path}: the byte at offset {at} is not UTF-8, nor is the file clearly GB18030; {_ASK}")


@dataclass
class Trial:
    """What one encoding makes of a whole file.

    Attributes:
        lines: how many lines were seen.
        broken_lines: how many of them hold bytes that do not decode.
        broken_bytes: how many bytes do not decode.
        good_bytes: how many bytes multi-byte characters have beyond their first.
        first_broken: offset of the first byte that does not decode, or None.
        sample: some of the lines that are not plain ASCII.
    """

    lines: int = 1
    broken_lines: int = 0
    broken_bytes: int = 0
    good_bytes: int = 0
    first_broken: int | None = None
    sample: str = ""

    @property
    def speaks_for_itself(self) -> bool:
        """Whether the text is good, but for so few bytes that they must be damage."""
        return self.broken_bytes * _GOOD_PER_BROKEN <= self.good_bytes

    @property
    def is_hopeless(self) -> bool:
        """Whether enough was seen to know that this is another encoding."""
        rare = self.broken_lines <= _DECLARED_SHARE * self.lines
        return self.broken_bytes > _HOPELESS_BYTES and not rare and not self.speaks_for_itself

    def add(self, text: str, *, n_bytes: int, broken: bool) -> None:
        """Count one block."""
        self.lines += max(text.count("\n"), text.count("\r"))
        self.good_bytes += n_bytes - len(text)
        if broken:
            self.broken_bytes += len(BROKEN.findall(text))
            self.broken_lines += sum(1 for line in text.splitlines() if BROKEN.search(line))
        if len(self.sample) < _SAMPLE_CHARS and not text.isascii():
            wide = [line for line in text.splitlines() if not line.isascii()]
            self.sample = BROKEN.sub("", self.sample + "\n".join(wide))[:_SAMPLE_CHARS]


def attempt(path: Path, encoding: str) -> Trial:
    """Read a file as if it were in an encoding and count what comes of it; stops early when it is hopeless."""
    trial, decoder = Trial(), Decoder(encoding)
    for block in read_blocks(path):
        text, broken = decoder.decode(block, final=False)
        trial.add(text, n_bytes=len(block), broken=broken)
        if trial.is_hopeless:
            break
    else:
        text, broken = decoder.decode(b"", final=True)
        trial.add(text, n_bytes=len(text), broken=broken)
    trial.first_broken = decoder.first_broken
    return trial
