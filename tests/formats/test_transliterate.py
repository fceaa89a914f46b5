"""Texts in the letters that a format allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.formats.transliterate import ascii_only, latin1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Caffè “espresso” – 20 € l’uno…", 'Caffè "espresso" - 20 EUR l\'uno...'),
        ("Müller & Söhne, Straße 8 ½ m²", "Müller & Söhne, Straße 8 ½ m²"),
        ("Żółć, Škoda, Győr, İstanbul, Brașov", "Zólc, Skoda, Gyor, Istanbul, Brasov"),
        ("Αθήνα, Θεσσαλονίκη, Ψυχικό", "Athina, Thessaloniki, Psychiko"),
        ("Москва, Київ, Щорс, Юлия", "Moskva, Kiiv, Shchors, Iuliia"),
        ("ひらがな カタカナ 서울", "hiragana katakana seoul"),
        ("Fatto 👍🏽 in 🇮🇹", "Fatto (thumbs up sign) in IT"),
        ("≥ 5 mm → ok, ﬁn, №\u20095", ">= 5 mm -> ok, fin, No 5"),
        ("日本", "??"),
        ("a\tb\r\n  c\u00a0d\u00ad\u200b ", "a b c d"),
    ],
)
def test_what_latin1_lacks_is_written_as_a_reader_would(written: str, read: str) -> None:
    assert latin1(written) == read


@pytest.mark.parametrize(
    ("written", "read"), [("Società à ½ «x» §1 20°", 'Societa a 1/2 "x" par.1 20'), ("n° 5 – ß Ø", "n 5 - ss O")]
)
def test_codes_are_ascii(written: str, read: str) -> None:
    assert ascii_only(written) == read


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",))))
def test_any_text_fits_and_one_that_fits_stays(text: str) -> None:
    plain = latin1(text)
    assert all(" " <= character <= "~" or "\xa1" <= character <= "\xff" for character in plain)
    assert latin1(plain) == plain
    assert ascii_only(text).isascii()
    assert ascii_only(text).isprintable()
