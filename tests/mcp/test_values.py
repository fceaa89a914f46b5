"""What people write for money, percent and days, and how it is read: never as something else than it says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import Invalid
from counterfoil.mcp import values
from counterfoil.mcp.values import Law

TODAY = date(2026, 7, 1)
FRANCE = Law(("FR",), TODAY)


def rate(**sent: Any) -> str | None:
    return values.vat_rate(dict(sent), "items/0", FRANCE)


def refusal_of_rate(law: Law | None = FRANCE, **sent: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        values.vat_rate(dict(sent), "items/0", law)
    return _told(caught.value)


def refusal_of_price(sent: Any) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        values.price(sent, "unit_price")
    return _told(caught.value)


def refusal_of_day(sent: str) -> dict[str, Any]:
    with pytest.raises(Invalid) as caught:
        values.day(sent, "due_date", TODAY)
    return _told(caught.value)


def _told(error: Invalid) -> dict[str, Any]:
    (fault,) = error.faults
    return {"code": fault.code, "field": fault.field, "fix": fault.fix, "message": fault.message, **fault.meta}


class TestRates:
    @pytest.mark.parametrize(
        ("sent", "read"),
        [
            ({"vat_rate_percent": 20}, "0.2"),
            ({"vat_rate_percent": 20.0}, "0.2"),
            ({"vat_rate_percent": "20%"}, "0.2"),
            ({"vat_rate_percent": "20 %"}, "0.2"),
            ({"vat_rate_percent": "20"}, "0.2"),
            ({"vat_rate_percent": "5,5 %"}, "0.055"),
            ({"vat_rate_percent": 5.5}, "0.055"),
            ({"vat_rate_percent": 2.1}, "0.021"),
            ({"vat_rate_percent": "0.9%"}, "0.009"),  # Corsica: with the sign it can mean one thing only
            ({"vat_rate_percent": 0}, "0"),
            ({"vat_rate": "0.2"}, "0.2"),
            ({"vat_rate": "0.20"}, "0.2"),
            ({"vat_rate": "0"}, "0"),
            ({"vat_rate": "0.2", "vat_rate_percent": 20}, "0.2"),
            ({}, None),
        ],
    )
    def test_what_can_mean_one_thing_is_read(self, sent: dict[str, Any], read: str | None) -> None:
        assert rate(**sent) == read

    @pytest.mark.parametrize("sent", [0.2, "0.2", "0,2", 0.055, 0.99])
    def test_a_bare_number_below_one_is_refused_with_both_readings(self, sent: Any) -> None:
        told = refusal_of_rate(vat_rate_percent=sent)
        assert (told["code"], told["field"]) == ("ambiguous_percent", "items/0/vat_rate_percent")
        small, large = told["readings"]
        assert Decimal(large) == 100 * Decimal(small.strip('"%'))
        assert large in told["fix"]
        assert small in told["fix"]

    @pytest.mark.parametrize("sent", ["20", 20, "2500", "1", "5.5"])
    def test_a_fraction_above_one_is_refused_with_both_readings(self, sent: Any) -> None:
        told = refusal_of_rate(vat_rate=sent)
        assert (told["code"], told["field"]) == ("ambiguous_vat_rate", "items/0/vat_rate")
        assert f"vat_rate_percent: {sent}" in told["fix"]
        assert Decimal(told["example"]) == Decimal(str(sent)) / 100

    def test_two_that_differ_are_refused(self) -> None:
        assert refusal_of_rate(vat_rate="0.1", vat_rate_percent=20)["code"] == "contradicting_rates"

    @pytest.mark.parametrize(
        ("country", "sent", "legal"), [("FR", 19, "20"), ("DE", 20, "19"), ("IT", 20, "22"), ("ES", 20, "21")]
    )
    def test_a_rate_that_the_country_does_not_have_is_refused_with_those_that_it_has(
        self, country: str, sent: int, legal: str
    ) -> None:
        told = refusal_of_rate(Law((country,), TODAY), vat_rate_percent=sent)
        assert told["code"] == "rate_not_legal"
        assert told["legal_rates_percent"][0] == legal
        assert f"{legal} %" in told["message"]
        # And the example is a rate that is taken.
        values.vat_rate({"vat_rate_percent": told["example"]}, "", Law((country,), TODAY))

    def test_a_rate_counts_on_its_days(self) -> None:
        assert values.vat_rate({"vat_rate_percent": 16}, "", Law(("DE",), date(2020, 9, 1))) == "0.16"
        assert refusal_of_rate(Law(("DE",), TODAY), vat_rate_percent=16)["code"] == "rate_not_legal"

    def test_a_client_abroad_may_have_its_country_s_rate_and_zero_is_always_there(self) -> None:
        assert values.vat_rate({"vat_rate_percent": 21}, "", Law(("FR", "BE"), TODAY)) == "0.21"
        assert values.vat_rate({"vat_rate": "0"}, "", Law(("FR", "BE"), TODAY)) == "0"

    @pytest.mark.parametrize("sent", ["twenty", "", True, [20], -20, "-20%", 101, "1000%", "20%%", "２０"])
    def test_what_is_no_percent_is_refused_with_one_that_works(self, sent: Any) -> None:
        told = refusal_of_rate(vat_rate_percent=sent)
        assert told["code"] == "invalid_percent"
        assert rate(vat_rate_percent=told["example"])

    @settings(max_examples=50)
    @given(st.decimals(min_value="0.0001", max_value="0.9999", places=4))
    def test_no_number_below_one_is_ever_a_percent(self, sent: Decimal) -> None:
        for written in (str(sent), float(sent)):
            assert refusal_of_rate(None, vat_rate_percent=written)["code"] == "ambiguous_percent"


class TestPrices:
    @pytest.mark.parametrize(
        ("sent", "read"),
        [
            (1200, "1200"), (1200.5, "1200.5"), (1200.0, "1200"), ("1200", "1200"), ("1200.00", "1200.00"), (0, "0"),
            (" 12.5 ", "12.5"), ("0.125", "0.125"), (0.1, "0.1"), ("1.2345", "1.2345"), (1.234, "1.234"),
        ],
    )  # fmt: skip
    def test_what_can_mean_one_thing_is_taken_as_it_stands(self, sent: Any, read: str) -> None:
        assert values.price(sent, "unit_price") == read

    @pytest.mark.parametrize(
        ("sent", "meant"),
        [
            ("€1200", "1200"), ("1200 EUR", "1200"), ("1200,50 €", "1200.50"), ("1.200,00", "1200.00"),
            ("1,200.00", "1200.00"), ("1 200,00 €", "1200.00"), ("1’200", "1200"), ("1'200.50", "1200.50"),
            ("1.234.567", "1234567"), ("$950", "950"), ("£12.50", "12.50"), ("12,5", "12.5"),
            (0.1 + 0.2, "0.30"), (1.1 * 1.1, "1.21"),
        ],
    )  # fmt: skip
    def test_a_price_as_people_write_it_is_refused_with_what_it_means(self, sent: Any, meant: str) -> None:
        told = refusal_of_price(sent)
        assert (told["code"], told["field"], told["value"]) == ("invalid_amount", "unit_price", sent)
        assert told["example"] == meant
        assert meant in told["fix"]

    @pytest.mark.parametrize(
        ("sent", "readings"),
        [
            ("1,200", {"1200.00", "1.200"}), ("€1,200", {"1200.00", "1.200"}), ("12.500", {"12.5000", "12500.00"}),
            ("1.200", {"1.2000", "1200.00"}), ("-3,000", {"-3000.00", "-3.000"}),
        ],
    )  # fmt: skip
    def test_a_price_that_may_be_thousands_is_refused_with_both_readings(self, sent: str, readings: set[str]) -> None:
        told = refusal_of_price(sent)
        assert told["code"] == "ambiguous_amount"
        assert set(told["readings"]) == readings

    @pytest.mark.parametrize("sent", ["", "abc", "1e3", "NaN", "Infinity", True, None, [], "1200.0000001", "12 EUR 5"])
    def test_anything_else_is_no_amount(self, sent: Any) -> None:
        assert refusal_of_price(sent)["code"] == "invalid_amount"

    @settings(max_examples=50)
    @given(st.decimals(min_value=0, max_value=10**9, places=2))
    def test_a_decimal_string_is_never_changed(self, sent: Decimal) -> None:
        assert values.price(f"{sent:f}", "x") == f"{sent:f}"

    @settings(max_examples=50)
    @given(st.one_of(st.floats(), st.text(max_size=12), st.integers()))
    def test_whatever_is_read_is_exactly_what_was_written_and_examples_are_readable(self, sent: Any) -> None:
        try:
            assert Decimal(values.price(sent, "x")) == Decimal(str(sent).strip())
        except Invalid as error:
            values.price(error.faults[0].meta["example"], "x")


class TestDays:
    @pytest.mark.parametrize(
        ("sent", "read"),
        [
            ("2026-02-28", "2026-02-28"), ("today", "2026-07-01"), ("Today", "2026-07-01"), ("+30d", "2026-07-31"),
            ("-7d", "2026-06-24"), ("+0d", "2026-07-01"), ("+1 day", "2026-07-02"), (" +30d ", "2026-07-31"),
        ],
    )  # fmt: skip
    def test_days_and_distances(self, sent: str, read: str) -> None:
        assert values.day(sent, "due_date", TODAY) == read

    def test_a_distance_counts_from_where_it_starts(self) -> None:
        assert values.day("+30d", "due_date", TODAY, date(2026, 2, 1)) == "2026-03-03"

    @pytest.mark.parametrize(
        ("sent", "example"),
        [
            ("2026-02-30", "2026-02-28"), ("31/12/2026", "2026-12-31"), ("31.12.2026", "2026-12-31"),
            ("tomorrow", "2026-07-02"), ("yesterday", "2026-06-30"), ("2026/06/30", "2026-06-30"),
            ("20260630", "2026-06-30"), ("2026-6-30", "2026-06-30"), ("2026-06-30T12:00:00Z", "2026-06-30"),
            ("June 30, 2026", "2026-06-30"),
            ("30 jun 2026", "2026-06-30"), ("1st May 2026", "2026-05-01"), ("Smarch 3, 2026", "2026-07-01"),
            ("30 days", "+30d"), ("30", "+30d"), ("in 2 weeks", "+14d"), ("next friday", "2026-07-01"),
            ("31.02.2026", "2026-07-01"), ("00/00/2026", "2026-07-01"), ("2026-13-01", "2026-07-01"),
            ("", "2026-07-01"),
        ],
    )  # fmt: skip
    def test_anything_else_is_refused_with_an_example_that_works(self, sent: str, example: str) -> None:
        told = refusal_of_day(sent)
        assert (told["code"], told["example"]) == ("invalid_day", example)
        values.day(example, "due_date", TODAY)

    def test_a_day_that_may_be_two_is_refused_with_both(self) -> None:
        assert refusal_of_day("01/02/2026")["readings"] == ["2026-01-02", "2026-02-01"]

    @pytest.mark.parametrize("sent", ["+9999d", "-9999d", "9999-12-31"])
    def test_far_days_are_days(self, sent: str) -> None:
        assert date.fromisoformat(values.day(sent, "due_date", TODAY))

    @settings(max_examples=50)
    @given(st.text(max_size=20))
    def test_whatever_is_written_it_is_a_day_or_a_refusal_with_one(self, sent: str) -> None:
        try:
            assert date.fromisoformat(values.day(sent, "due_date", TODAY))
        except Invalid as error:
            example = str(error.faults[0].meta["example"])
            assert date.fromisoformat(values.day(example, "due_date", TODAY))


def test_every_fault_of_every_line_is_told() -> None:
    sent = [{"unit_price": "1,200", "vat_rate_percent": 0.2}, {"unit_price": {"value": "€5", "currency": "EUR"}}]
    with pytest.raises(Invalid) as caught:
        values.lines(sent, FRANCE)
    assert [fault.field for fault in caught.value.faults] == [
        "items/0/vat_rate_percent", "items/0/unit_price", "items/1/unit_price/value",
    ]  # fmt: skip
