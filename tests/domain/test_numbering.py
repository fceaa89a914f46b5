"""Numbers: how they are made, read back, and which given ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain import numbering
from counterfoil.errors import Invalid

kinds = st.sampled_from(sorted(numbering.PREFIX))


@pytest.mark.parametrize(
    ("kind", "sequence", "expected"),
    [
        ("client_invoice", 1, "F-2026-001"),
        ("client_invoice", 999, "F-2026-999"),
        ("client_invoice", 1000, "F-2026-1000"),
        ("credit_note", 12, "A-2026-012"),
        ("quote", 7, "D-2026-007"),
    ],
)
def test_a_number_shows_kind_year_and_sequence(kind: str, sequence: int, expected: str) -> None:
    assert numbering.number(kind, 2026, sequence) == expected


def test_sequences_begin_at_one() -> None:
    with pytest.raises(ValueError, match="begin at 1"):
        numbering.number("client_invoice", 2026, 0)


@given(kinds, st.integers(1970, 2199), st.integers(1, 999_999_999))
def test_a_number_read_back_is_the_same(kind: str, year: int, sequence: int) -> None:
    assert numbering.parse(kind, numbering.number(kind, year, sequence)) == (year, sequence)


@given(kinds, st.from_regex(r"[FAD]-[0-9]{4}-[0-9]{1,12}", fullmatch=True))
def test_what_can_be_read_is_exactly_what_could_be_made(kind: str, text: str) -> None:
    parsed = numbering.parse(kind, text)
    assert parsed is None or numbering.number(kind, *parsed) == text


@pytest.mark.parametrize(
    "text",
    [
        "F-2026-01",
        "F-2026-000",
        "F-2026-0001",
        "F-2026-0999",
        "A-2026-001",
        "f-2026-001",
        " F-2026-001",
        "F-2026-001\n",
        "F-2026-001-PROFORMA",
        "F-26-001",
        "F-2026-٠٠١",
        "F-2026-1000000000",
        "INV-2026-001",
        "",
    ],
)
def test_other_texts_are_not_of_the_series(text: str) -> None:
    assert numbering.parse("client_invoice", text) is None


def test_a_drafts_number_is_marked() -> None:
    assert numbering.proforma("F-2026-003") == "F-2026-003-PROFORMA"


@pytest.mark.parametrize("text", ["INV-2023-001", "2026/17 b", "№ 5", "a" * 40, "請求書 1", "F-2026-001"])
def test_a_given_number_may_be_any_printable_line(text: str) -> None:
    numbering.validate_given(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "blank"),
        ("   ", "blank"),
        (" INV-1", "begins or ends with a space"),
        ("F-2026-001-PROFORMA", "PROFORMA"),
        ("x-proforma", "PROFORMA"),
        ("a" * 41, "41 characters"),
        ("INV\u202e1", "cannot be printed"),
        ("INV\t1", "cannot be printed"),
        ("INV\u200b1", "cannot be printed"),
    ],
)
def test_a_given_number_that_could_not_be_told_apart_or_printed_is_refused(text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        numbering.validate_given(text)
    (fault,) = refused.value.faults
    assert (fault.code, fault.field) == ("invalid_number", "number")
    assert said in fault.message
    assert fault.fix
