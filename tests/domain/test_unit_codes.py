from __future__ import annotations

import pytest

from counterfoil.domain.unit_codes import PIECE, UNIT_CODES, is_known, unit_code
from counterfoil.formats.labels import UNITS


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("heure(s)", "HUR"), ("Stunden", "HUR"), ("ore", "HUR"), ("horas", "HUR"), ("hrs", "HUR"),
        ("jours", "DAY"), ("Tage", "DAY"), ("giorni", "DAY"), ("día", "DAY"), ("mois", "MON"), ("año", "ANN"),
        ("Stück", "H87"), ("Stk.", "H87"), ("pièces", "H87"), ("m²", "MTK"), ("M3", "MTQ"), ("kWh", "KWH"),
        ("Forfait", "LS"), ("pauschal", "LS"), ("a corpo", "LS"), ("metri quadrati", "MTK"), ("km", "KMT"),
        ("unit", "C62"), ("", "C62"), ("palabras", "C62"),
    ],
)  # fmt: skip
def test_words_of_five_languages_have_codes(word: str, code: str) -> None:
    assert unit_code(None, word) == code


def test_each_unit_that_is_printed_by_name_has_a_code_of_the_list() -> None:
    codes = {word: unit_code("", word) for word in UNITS}

    assert set(codes.values()) <= UNIT_CODES
    assert [word for word, code in codes.items() if code == PIECE] == ["unit"]


def test_a_code_of_the_list_wins_over_the_word_and_another_one_counts_for_nothing() -> None:
    assert unit_code("kgm", "heures") == "KGM"
    assert unit_code("QQQ", "heures") == "HUR"


def test_a_word_is_known_when_a_code_says_all_of_it() -> None:
    assert is_known(None, "heures")
    assert is_known("HUR", "palabras")
    assert is_known(None, " ")
    assert not is_known(None, "palabras")
    assert not is_known("QQQ", "palabras")
