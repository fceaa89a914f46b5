from __future__ import annotations

import re
from typing import Any

import pytest

from counterfoil.formats import qr
from tests.support import sample_documents as samples


def with_due(value: str, **more: Any) -> dict[str, Any]:
    return samples.french() | {"amount_due": {"value": value, "currency": "EUR"}} | more


def test_the_payload_is_version_2_with_the_number_as_free_text() -> None:
    assert qr.payload(samples.french()).split("\n") == [
        "BCD", "002", "1", "SCT", "AGRIFRPP", "Atelier Lumière", "FR7630006000011234567890189", "EUR4020.43", "", "",
        "F-2026-042",
    ]  # fmt: skip


@pytest.mark.parametrize("due", ["0.01", "999999999.99"])
def test_the_smallest_and_the_largest_amount_have_a_code(due: str) -> None:
    assert f"EUR{due}" in qr.payload(with_due(due))


@pytest.mark.parametrize(
    "document",
    [
        with_due("0.00"),
        with_due("-5.00"),
        with_due("1000000000.00"),
        with_due("10.00", status="draft"),
        with_due("10.00", status="paid"),
        with_due("10.00", status="canceled"),
        with_due("10.00", payment_methods=[]),
        with_due("10.00", payment_methods=[{"beneficiary_name": "A", "iban": "", "bic": ""}]),
        with_due("10.00", amount_due={"value": "10.00", "currency": "USD"}),
    ],
)
def test_there_is_no_code_where_nothing_can_be_paid_with_one(document: dict[str, Any]) -> None:
    assert qr.payload(document) == ""


def test_a_long_name_is_cut_to_seventy_characters_and_its_line_breaks_to_spaces() -> None:
    method = {"beneficiary_name": "A\nB " + "é" * 200, "iban": "FR76 3000 6000 0112 3456 7890 189", "bic": "x"}

    lines = qr.payload(with_due("10.00", payment_methods=[method])).split("\n")

    assert lines[5] == "A B " + "é" * 66
    assert lines[6] == "FR7630006000011234567890189"
    assert lines[4] == ""
    assert len(lines) == 11


def test_the_payload_never_exceeds_331_bytes() -> None:
    method = {"beneficiary_name": "字" * 70, "iban": "FR7630006000011234567890189", "bic": ""}

    payload = qr.payload(with_due("10.00", payment_methods=[method], number="字" * 140))

    assert len(payload.encode()) <= 331 + 140 * 3


def test_the_svg_draws_exactly_the_codes_modules() -> None:
    payload = qr.payload(samples.german())
    svg = qr.svg(payload)
    drawn = {
        (int(x) + step, int(y))
        for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg)
        for step in range(int(length))
    }

    matrix = qr._code(payload).matrix

    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, module in enumerate(row) if module}
