"""What a PDF says and which fonts it carries, read from its own objects: enough for what Chromium prints."""

import re
import zlib
from pathlib import Path

_OBJECT = re.compile(rb"(?:^|\s)(\d+) 0 obj(.*?)(?=endobj|stream\r?\n)", re.DOTALL)
_LENGTH = re.compile(rb"/Length (\d+)")
_SHOWN = re.compile(rb"/(\w+) [\d.]+ Tf|<([0-9A-Fa-f]+)>|(\bT[Jj]\b)|(\bT[dm*]\b)")


class Pdf:
    """A printed page: its objects, fonts and words."""

    def __init__(self, path: Path):
        body, at = path.read_bytes(), 0
        self.objects: dict[int, bytes] = {}
        self.streams: dict[int, bytes] = {}
        while found := _OBJECT.search(body, at):
            number, at = int(found[1]), found.end()
            self.objects[number] = found[2]
            length = _LENGTH.search(found[2])
            if length and body.startswith(b"stream", at):
                start = body.index(b"\n", at) + 1
                at = start + int(length[1])
                self.streams[number] = body[start:at]

    def stream(self, number: int) -> bytes:
        raw = self.streams.get(number, b"")
        return zlib.decompress(raw) if b"FlateDecode" in self.objects[number] else raw

    def pages(self) -> list[bytes]:
        return [o for o in self.objects.values() if re.search(rb"/Type\s*/Page\b", o)]

    def fonts(self) -> dict[str, int]:
        """Number of the font object by its name in content streams."""
        named = re.compile(rb"/(F\d+) (\d+) 0 R")
        return {name.decode(): int(n) for o in self.objects.values() for name, n in named.findall(o)}

    def fonts_without_glyphs(self) -> list[bytes]:
        """Fonts that draw nothing of their own (as type 3 does) and carry no file either."""
        return [o for o in map(self.objects.__getitem__, self.fonts().values()) if not self._has_glyphs(o)]

    def _has_glyphs(self, font: bytes) -> bool:
        if b"/CharProcs" in font or re.search(rb"/FontFile[23]?\b", font):
            return True
        below = re.findall(rb"/(?:DescendantFonts \[|FontDescriptor )(\d+) 0 R", font)
        return any(self._has_glyphs(self.objects[int(n)]) for n in below)

    def _letters(self, font: int) -> dict[int, str]:
        named = re.search(rb"/ToUnicode (\d+) 0 R", self.objects[font])
        if named is None:
            return {}
        table: dict[int, str] = {}
        text = self.stream(int(named[1]))
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", text, re.DOTALL):
            for glyph, letters in re.findall(rb"<(\w+)>\s*<(\w+)>", block):
                table[int(glyph, 16)] = bytes.fromhex(letters.decode()).decode("utf-16-be")
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", text, re.DOTALL):
            for low, high, start in re.findall(rb"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
                first = int(start, 16)
                table |= {g: chr(first + g - int(low, 16)) for g in range(int(low, 16), int(high, 16) + 1)}
        return table

    def words(self) -> str:
        """All text of all content streams, in the order in which it is drawn."""
        letters = {name: self._letters(number) for name, number in self.fonts().items()}
        said: list[str] = []
        for number in self.streams:
            content = self.stream(number)
            if re.search(rb"/F\d+ [\d.]+ Tf", content):
                said.append(self._said(content, letters))
        return "".join(said)

    def _said(self, content: bytes, letters: dict[str, dict[int, str]]) -> str:
        said, font = [], ""
        for name, glyphs, _, moved in _SHOWN.findall(content):
            font = name.decode() or font
            width = 2 if not font or b"/CharProcs" in self.objects[self.fonts()[font]] else 4
            codes = [int(glyphs[i : i + width], 16) for i in range(0, len(glyphs), width)]
            said.append("".join(letters.get(font, {}).get(code, "") for code in codes) or (" " if moved else ""))
        return "".join(said)
