from __future__ import annotations

import pytest

from counterfoil.formats.fonts import characters, coverage
from counterfoil.formats.pdf import Typesetter, font_directories

BOX = "□"


def test_the_fonts_cover_the_scripts_that_we_promise(typesetter: Typesetter) -> None:
    latin, signs = ("Ééçñßœ ğışİ ąłž", "1\u202f234,50\xa0€"), ("€ ₹ £", "→ ✓ •")
    for text in (*latin, "Ελληνικά", "Кирилиця", "עברית", "العربية", "हिन्दी", *signs):
        assert typesetter.coverage.printable(text) == text


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a😀b", f"a{BOX}b"),
        ("発票", BOX * 2),
        ("👩\u200d🚀", f"{BOX}\u200d{BOX}"),
        ("\x00\x07", ""),
        ("ab\u202ecd", "abcd"),
        ("1\ufe0f", "1"),
        ("a\tb\r\nc\rd\u2028e", "a b\nc\nd\ne"),
        ("\ue000", BOX),
    ],
)
def test_what_no_font_draws_is_shown_as_a_box_and_what_is_invisible_goes(
    typesetter: Typesetter, text: str, printed: str
) -> None:
    assert typesetter.coverage.printable(text) == printed


def test_a_long_word_may_break_and_loses_nothing(typesetter: Typesetter) -> None:
    word = "Donaudampfschifffahrtsgesellschaftskapitän" * 3

    printed = typesetter.coverage.printable(word)

    assert printed.replace("\u200b", "") == word
    assert max(len(piece) for piece in printed.split("\u200b")) <= 4


def test_an_address_of_the_web_breaks_after_its_punctuation(typesetter: Typesetter) -> None:
    printed = typesetter.coverage.printable("einkauf@maschinenfabrik.example")

    assert printed.split("\u200b") == ["einkauf@", "maschinenfabrik.", "example"]


def test_words_of_common_length_are_left_alone(typesetter: Typesetter) -> None:
    text = "Rechtsschutzversicherung ist FR7630006000011234567"[14:]

    assert typesetter.coverage.printable(text) == text


def test_the_character_map_agrees_with_the_font_libraries_of_others() -> None:
    reference = pytest.importorskip("fontTools.ttLib", reason="needs fonttools")
    for directory in font_directories():
        for path in directory.glob("*.ttf"):
            assert characters(path.read_bytes()) == set(reference.TTFont(path).getBestCmap()), path.name


def test_a_file_that_is_no_font_is_refused() -> None:
    with pytest.raises(ValueError, match="cmap"):
        coverage([b"\x00\x01\x00\x00" + bytes(20)])
