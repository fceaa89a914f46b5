"""Texts in the letters that a format allows: Latin-1 (FatturaPA's texts) or ASCII (its codes).

What is outside is replaced by what a reader would write by hand: letters by their base letter or their sound, signs by
words. What has no such spelling becomes a question mark, so that a text never silently loses what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

UNKNOWN: Final = "?"

# Signs and letters that no decomposition leads to.
_SIGNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "€": "EUR", "₤": "GBP", "₽": "RUB", "₺": "TRY", "₹": "INR", "₩": "KRW", "₴": "UAH", "₿": "BTC", "₫": "VND",
        "₪": "ILS", "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "ʼ": "'", "ʹ": "'", "“": '"', "”": '"', "„": '"',
        "‟": '"', "″": '"', "‹": "<", "›": ">", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "•": "-", "‣": "-", "◦": "-", "▪": "-", "●": "-", "■": "-", "⁄": "/", "∕": "/", "∗": "*",
        "™": "(TM)", "℠": "(SM)", "→": "->", "←": "<-", "↔": "<->", "⇒": "=>", "≤": "<=", "≥": ">=", "≠": "!=",
        "≈": "~", "‰": " per mille", "†": "+", "‡": "+",
        "✓": "(v)", "✔": "(v)", "✗": "(x)", "✘": "(x)", "☐": "[ ]", "☑": "[v]", "☒": "[x]", "Œ": "OE", "œ": "oe",
        "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ħ": "H", "ħ": "h", "ı": "i", "ĸ": "k", "Ŋ": "N", "ŋ": "n", "Ŧ": "T",
        "ŧ": "t", "ẞ": "SS", "ſ": "s", "ƒ": "f", "Ə": "A", "ə": "a", "Ɛ": "E", "ɛ": "e", "Ɔ": "O", "ɔ": "o",
        "\u2028": " ", "\u2029": " ",
    }
)  # fmt: skip
# ISO 843, without its accents.
_GREEK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
        "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t", "υ": "y", "φ": "f",
        "χ": "ch", "ψ": "ps", "ω": "o", "ϐ": "v", "ϑ": "th", "ϕ": "f", "ϖ": "p",
    }
)  # fmt: skip
# ICAO 9303 part 3, as passports write names.
_CYRILLIC: Final[Mapping[str, str]] = MappingProxyType(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "к": "k", "л": "l",
        "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "kh",
        "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "ie", "ы": "y", "ь": "", "э": "e", "ю": "iu", "я": "ia",
        "ё": "e", "й": "i", "ђ": "d", "ѓ": "g", "є": "ie", "ѕ": "dz", "і": "i", "ї": "i", "ј": "j", "љ": "lj",
        "њ": "nj", "ћ": "c", "ќ": "k", "ў": "u", "џ": "dz", "ґ": "g", "ә": "a", "ғ": "g", "қ": "k", "ң": "n",
        "ө": "o", "ұ": "u", "ү": "u", "һ": "h",
    }
)  # fmt: skip
# What Latin-1 has and ASCII has not, and no decomposition leads to.
_LATIN: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Æ": "AE", "æ": "ae", "Ø": "O", "ø": "o", "Ð": "D", "ð": "d", "Þ": "Th", "þ": "th", "ß": "ss", "«": '"',
        "»": '"', "¡": "!", "¿": "?", "§": "par.", "°": " ", "·": "-", "±": "+/-", "×": "x", "÷": "/", "µ": "u",
        "¢": "c", "£": "GBP", "¥": "JPY", "¤": " ", "¦": "|", "©": "(C)", "®": "(R)", "¬": "-", "¶": " ", "´": "'",
        "¨": '"', "¯": "-", "¸": ",", "¼": "1/4", "½": "1/2", "¾": "3/4",
    }
)  # fmt: skip
_SPACES: Final = re.compile(r"\s+")
_NOT_LATIN1: Final = re.compile(r"[^ -~\xa1-\xac\xae-\xff]")
# Letters whose Unicode name ends in their sound.
_SYLLABLES: Final = ("HIRAGANA LETTER ", "KATAKANA LETTER ", "HANGUL SYLLABLE ", "REGIONAL INDICATOR SYMBOL LETTER ")


def latin1(text: str) -> str:
    """`text` in printable characters of Latin-1, runs of white space made one space, without spaces around it."""
    composed = unicodedata.normalize("NFC", text)
    plain = _NOT_LATIN1.sub(lambda character: _as_latin1(character[0]), composed)
    return _SPACES.sub(" ", plain).strip()


def ascii_only(text: str) -> str:
    """`text` in printable ASCII, otherwise as `latin1`."""
    return _SPACES.sub(" ", "".join(map(_as_ascii, latin1(text)))).strip()


@lru_cache(maxsize=4096)
def _as_latin1(character: str) -> str:
    if not _NOT_LATIN1.match(character):
        return character
    if character.isspace():
        return " "
    if character in _SIGNS:
        return _SIGNS[character]
    return _syllable(character) or _letter(character) or _by_category(character)


@lru_cache(maxsize=512)
def _as_ascii(character: str) -> str:
    if character.isascii():
        return character
    base = unicodedata.normalize("NFKD", character)[0]
    return _LATIN.get(character) or (base if base.isascii() else UNKNOWN)


def _syllable(character: str) -> str:
    """A character by the end of its name, where that is its sound: "ka", "seo", and "IT" for the two of a flag."""
    name = unicodedata.name(character, "")
    for prefix in _SYLLABLES:
        if name.startswith(prefix):
            spoken = name.removeprefix(prefix).removeprefix("SMALL ")
            return spoken if prefix.startswith("REGIONAL") else spoken.lower()
    return ""


def _letter(character: str) -> str:
    """A letter by its sound, keeping a capital; "" for what is none that we know."""
    small = unicodedata.normalize("NFD", character.lower())[0] if character.lower() not in _CYRILLIC else ""
    sound = _CYRILLIC.get(character.lower()) or _GREEK.get(small, "")
    if sound:
        return sound if character.islower() else sound.capitalize()
    decomposed = unicodedata.normalize("NFKD", character)
    if decomposed == character:
        return ""
    return "".join(_as_latin1(part) for part in decomposed)


def _by_category(character: str) -> str:
    """Pictures and signs by their name; marks and invisible characters by nothing; the rest by a question mark."""
    category = unicodedata.category(character)
    # Cyrillic's soft sign has no sound. Skin tones (Sk) only colour the picture before them.
    if category[0] == "M" or category in {"Cf", "Cc", "Sk", "Lm"} or character in "ьЬ":
        return ""
    name = unicodedata.name(character, "")
    return f"({name.lower()})" if category[0] == "S" and name else UNKNOWN
