"""What the bundled fonts can draw, and texts made so that they can be drawn.

PDF/A-3b refuses a text that its fonts cannot draw, and typst then makes no PDF at all. So a character that none of our
fonts has is replaced by a box that a reader can see.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Collection, Iterable
from itertools import pairwise

# The order of trust: the first that has a character draws it. Chinese, Japanese, Korean and emoji stay out for size.
FAMILIES = ("Inter", "Noto Sans", "Noto Sans Arabic", "Heebo")
PACKAGES = ("fontpkg_inter", "fontpkg_noto_sans", "fontpkg_noto_sans_arabic", "fontpkg_heebo")

REPLACEMENT = "□"

# A word as long as this may not fit its column. It may then break after its punctuation, as in an address of the web,
# and a piece that is still long may break anywhere.
_LONG_WORD = re.compile("[^\\s\u200b]{22,}")
_PIECE = re.compile(r".+?(?:[/@._\-?&=,;:]+|$)")
_LONG_PIECE = 18
_SLICE = re.compile(r".{1,4}")
_ZERO_WIDTH_SPACE = "\u200b"

# Controls, and what is invisible by nature: direction overrides (they can show another text than is written), variation
# selectors, tags, the byte order mark. Zero-width joiner and non-joiner stay: Persian and Hindi are spelt with them.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029]")
_ALWAYS = {0x0A, 0x20}


class Coverage:
    """The characters that may be printed, and the same question asked of whole texts."""

    def __init__(self, characters: Collection[int]) -> None:
        # Fonts keep pictures of their own in the private use areas, which mean nothing to anybody else.
        self.characters = frozenset(code for code in characters if not 0xE000 <= code <= 0xF8FF) | _ALWAYS
        self._missing = re.compile(f"[^{_ranges(self.characters)}]")

    def printable(self, text: str) -> str:
        """`text` with what no font has replaced, invisible characters removed and long words allowed to break."""
        plain = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)).replace("\t", " ")
        shown = self._missing.sub(REPLACEMENT, plain)
        return _LONG_WORD.sub(lambda word: _breakable(word[0]), shown)


def _breakable(word: str) -> str:
    pieces: list[str] = []
    for piece in _PIECE.findall(word):
        pieces += _SLICE.findall(piece) if len(piece) > _LONG_PIECE else [piece]
    return _ZERO_WIDTH_SPACE.join(pieces)


def coverage(fonts: Iterable[bytes]) -> Coverage:
    """What the given font files (TrueType) cover together. Raises ValueError on a file without a Unicode cmap."""
    covered: set[int] = set()
    for font in fonts:
        covered |= characters(font)
    return Coverage(covered)


def plain_coverage() -> Coverage:
    """The last resort when a text still cannot be drawn: Latin letters only, each in every text font we have."""
    return Coverage({*range(0x20, 0x7F), *range(0xA0, 0x180), 0x2013, 0x2019, 0x2026, 0x202F, 0x20AC, ord(REPLACEMENT)})


def characters(font: bytes) -> set[int]:
    """The code points that a TrueType font maps to a glyph, by its cmap. Raises ValueError when it has none."""
    table = _table(font, b"cmap")
    (count,) = struct.unpack_from(">H", table, 2)
    offsets = {struct.unpack_from(">I", table, 8 + 8 * index)[0] for index in range(count)}
    readers = {4: _segments, 12: _groups}
    found: set[int] = set()
    for offset in offsets:
        (kind,) = struct.unpack_from(">H", table, offset)
        if kind in readers:
            found |= readers[kind](table[offset:])
    if not found:
        raise ValueError("the font has no Unicode character map of format 4 or 12")
    return found


def _table(font: bytes, tag: bytes) -> bytes:
    (count,) = struct.unpack_from(">H", font, 4)
    for index in range(count):
        name, _, offset, length = struct.unpack_from(">4sIII", font, 12 + 16 * index)
        if name == tag:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {tag.decode()}")


def _segments(table: bytes) -> set[int]:
    """cmap format 4: parallel arrays of segment ends, starts, deltas and offsets into a glyph array."""
    (doubled,) = struct.unpack_from(">H", table, 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", table, 14)
    starts = struct.unpack_from(f">{count}H", table, 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", table, 16 + 2 * doubled)
    offsets_at = 16 + 3 * doubled
    offsets = struct.unpack_from(f">{count}H", table, offsets_at)
    found: set[int] = set()
    for index in range(count):
        for code in range(starts[index], min(ends[index], 0xFFFE) + 1):
            glyph = code
            if offsets[index]:
                place = offsets_at + 2 * index + offsets[index] + 2 * (code - starts[index])
                (glyph,) = struct.unpack_from(">H", table, place)
                if not glyph:
                    continue
            if (glyph + deltas[index]) & 0xFFFF:
                found.add(code)
    return found


def _groups(table: bytes) -> set[int]:
    """cmap format 12: groups of first code, last code, first glyph."""
    (count,) = struct.unpack_from(">I", table, 12)
    found: set[int] = set()
    for index in range(count):
        first, last, glyph = struct.unpack_from(">III", table, 16 + 12 * index)
        found.update(range(first if glyph else first + 1, last + 1))
    return found


def _ranges(codes: Collection[int]) -> str:
    """The body of a regular expression's character class for `codes`."""
    ordered = sorted(codes)
    starts = [ordered[0]] + [after for before, after in pairwise(ordered) if after != before + 1]
    ends = [before for before, after in pairwise(ordered) if after != before + 1] + [ordered[-1]]
    return "".join(f"\\U{start:08x}-\\U{end:08x}" for start, end in zip(starts, ends, strict=True))
