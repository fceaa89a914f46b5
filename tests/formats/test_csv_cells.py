from __future__ import annotations

from decimal import Decimal

import pytest

from counterfoil.formats import csv_cells


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert csv_cells.text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Client & Fils", "a=b", "'quoted", "1-2"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert csv_cells.text(text) == text


def test_a_number_is_never_altered_and_a_text_is_none() -> None:
    assert csv_cells.line([csv_cells.number("-5.00"), csv_cells.number("")]) == b"-5.00,\r\n"
    assert csv_cells.number("0.20") == Decimal("0.20")
    with pytest.raises(ValueError, match="no number"):
        csv_cells.number("=1+1")


def test_a_quote_a_comma_and_a_line_break_stay_in_their_cell() -> None:
    assert csv_cells.line(['a"b', "c,d", "e\nf"]) == b'"a""b","c,d","e\nf"\r\n'
