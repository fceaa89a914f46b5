"""Rounding and splitting, exactly."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.domain import money

amounts = st.integers(-(10**14), 10**14).map(money.from_cents)
weights = st.lists(st.integers(-(10**9), 10**9).map(money.from_cents), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("0.0049999", "0.00"),
        ("-0.004", "0.00"),
        ("1.115", "1.12"),
        ("2.675", "2.68"),
        ("-2.675", "-2.68"),
        ("999999999999999999.994999", "999999999999999999.99"),
    ],
)
def test_halves_are_rounded_away_from_zero(exact: str, rounded: str) -> None:
    assert money.text(Decimal(exact)) == rounded


def test_an_amount_is_never_negative_zero() -> None:
    assert str(money.round_to_cent(Decimal("-0.001"))) == "0.00"
    assert str(money.from_cents(0)) == "0.00"


def test_money_is_two_decimals_and_a_currency() -> None:
    assert money.money(Decimal("1250"), "EUR") == {"value": "1250.00", "currency": "EUR"}


@given(st.integers(-(10**30), 10**30), st.integers(1, 10**12))
def test_a_ratio_is_rounded_as_a_decimal_is(numerator: int, denominator: int) -> None:
    rounded = money.round_ratio(numerator, denominator)
    exact = Fraction(numerator, denominator)
    assert abs(rounded - exact) <= Fraction(1, 2)
    if abs(rounded - exact) == Fraction(1, 2):
        assert abs(rounded) > abs(exact)


@given(st.integers(-(10**14), 10**14))
def test_cents_and_euros_are_the_same_amount(amount_cents: int) -> None:
    euros = money.from_cents(amount_cents)
    assert money.cents(euros) == amount_cents
    assert euros.as_tuple().exponent == -2


@given(st.decimals(-(10**9), 10**9, places=6))
def test_millionths_are_exact(value: Decimal) -> None:
    assert money.millionths(f"{value:f}") == value * 10**6


def test_a_seventh_decimal_is_refused_rather_than_misread() -> None:
    with pytest.raises(ValueError, match="more than 6 decimals"):
        money.millionths("0.1234567")


@pytest.mark.parametrize(
    ("total", "parts", "expected"),
    [
        ("10.00", ["1", "1", "1"], ["3.34", "3.33", "3.33"]),
        ("-10.00", ["1", "1", "1"], ["-3.34", "-3.33", "-3.33"]),
        ("0.01", ["5", "10"], ["0.00", "0.01"]),
        ("1.00", ["0", "0"], ["1.00", "0.00"]),
        ("20.00", ["100", "-50"], ["40.00", "-20.00"]),
        ("20.00", ["-100", "50"], ["40.00", "-20.00"]),
        ("5.00", [], []),
    ],
)
def test_split_by_largest_remainder(total: str, parts: list[str], expected: list[str]) -> None:
    assert [str(part) for part in money.split(Decimal(total), [Decimal(part) for part in parts])] == expected


@given(amounts, weights)
def test_splitting_never_loses_a_cent(total: Decimal, parts: list[Decimal]) -> None:
    assert sum(money.split(total, parts)) == total


@given(amounts, weights)
def test_each_part_is_within_a_cent_of_its_exact_share(total: Decimal, parts: list[Decimal]) -> None:
    whole = sum(parts)
    if whole:
        for part, weight in zip(money.split(total, parts), parts, strict=True):
            assert abs(Fraction(part) - Fraction(total) * Fraction(weight) / Fraction(whole)) < Fraction(1, 100)


@given(amounts, weights)
def test_the_split_of_a_return_mirrors_the_split_of_the_sale(total: Decimal, parts: list[Decimal]) -> None:
    if total and sum(parts):
        assert money.split(-total, parts) == [-part for part in money.split(total, parts)]
