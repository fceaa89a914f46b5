"""The closed lists and limits of the create page: each member and edge is taken, a stranger and one over are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import schema
from tests.support.server import Api, expect

ApiOf = Callable[[str], Api]
FREE = {"vat_rate": "0", "vat_exemption_reason": "N2.2", "unit_price": {"value": "500.00", "currency": "EUR"}}


def nested(path: str, value: Any) -> dict[str, Any]:
    """{"a": {"b": value}} for "a/b"."""
    head, _, rest = path.partition("/")
    return {head: nested(rest, value) if rest else value}


def refused(api: Api, pointer: str, **body: Any) -> dict[str, Any]:
    """The fault that a create call with `body` is refused for, which must point at `pointer` and say how to mend it."""
    faults = expect(api.create(**body), 422)["errors"]
    found = [fault for fault in faults if fault["source"]["pointer"] == f"/data/attributes/{pointer}"]
    assert found, faults
    assert found[0]["meta"]["fix"]
    return dict(found[0])


# One call takes many lines, so that every reason is tried in a few calls.
@pytest.mark.parametrize("country", list(schema.EXEMPTION_REASONS))
def test_every_exemption_reason_of_a_country_is_taken(api_of: ApiOf, country: str) -> None:
    api = api_of(country)
    reasons = schema.EXEMPTION_REASONS[country]
    invoice = api.draft(items=[api.item(vat_rate="0", vat_exemption_reason=reason) for reason in reasons])
    assert [item["vat_exemption_reason"] for item in invoice["items"]] == reasons
    assert {group["vat_exemption_reason"] for group in invoice["vat_breakdown"]} == set(reasons)
    assert invoice["vat_amount_cents"] == 0


def test_every_exemption_reason_is_taken_from_anyone(fr: Api) -> None:
    invoice = fr.draft(items=[fr.item(vat_rate="0", vat_exemption_reason=each) for each in schema.ALL_REASONS])
    assert len(invoice["items"]) == 42


ENUMS: list[tuple[str, str, dict[str, Any], list[str]]] = [
    ("FR", "settings/transaction_type", {}, schema.TRANSACTION_TYPES),
    ("FR", "settings/vat_payment_condition", {}, schema.VAT_PAYMENT_CONDITIONS),
    ("FR", "settings/legal_capital_share/currency", {"value": "10000.00"}, schema.CAPITAL_CURRENCIES),
    ("FR", "discount/type", {"value": "0.1"}, ["percentage", "absolute"]),
    ("IT", "welfare_fund/type", {"rate": "0.04"}, schema.WELFARE_TYPES),
    ("IT", "withholding_tax/reason", {"rate": "0.20", "payment_reason": "A"}, schema.WITHHOLDING_REASONS),
    ("IT", "payment_reporting/conditions", {"method": "MP05"}, schema.PAYMENT_CONDITIONS),
    ("IT", "payment_reporting/method", {"conditions": "TP02"}, schema.PAYMENT_METHODS),
]  # fmt: skip
STRANGERS = {
    "settings/legal_capital_share/currency": "JPY", "welfare_fund/type": "TC23", "withholding_tax/reason": "RF07",
    "payment_reporting/conditions": "TP04", "payment_reporting/method": "MP23",
}  # fmt: skip


def with_member(path: str, beside: dict[str, Any], value: str) -> dict[str, Any]:
    parent, _, name = path.rpartition("/")
    return nested(parent, {name: value, **beside})


@pytest.mark.parametrize(("who", "path", "beside", "members"), ENUMS, ids=[row[1] for row in ENUMS])
def test_every_member_of_a_list_is_taken(
    api_of: ApiOf, who: str, path: str, beside: dict[str, Any], members: list[str]
) -> None:
    api = api_of(who)
    client_id = api.client()["id"]
    draft = api.draft(client_id=client_id)
    for member in members:
        change = with_member(path, beside, member)
        expect(api.patch(f"/client_invoices/{draft['id']}", change, **{"X-Dry-Run": "true"}), 200)


@pytest.mark.parametrize(("who", "path", "beside", "members"), ENUMS, ids=[row[1] for row in ENUMS])
def test_no_stranger_to_a_list_is_taken(
    api_of: ApiOf, who: str, path: str, beside: dict[str, Any], members: list[str]
) -> None:
    for stranger in (STRANGERS.get(path, "other"), "", members[0].swapcase()):
        refused(api_of(who), path, **with_member(path, beside, stranger))


def test_a_stranger_among_exemption_reasons_is_refused_with_the_list(fr: Api) -> None:
    fault = refused(fr, "items/0/vat_exemption_reason", items=[fr.item(vat_rate="0", vat_exemption_reason="N8")])
    assert fault["code"] == "not_in_list"
    assert "N2.2" in str(fault["meta"]["allowed"])


LONGEST: list[tuple[str, str, int]] = [
    ("DE", "number", 40),
    ("FR", "purchase_order", 40),
    ("FR", "terms_and_conditions", 525),
    ("FR", "header", 1000),
    ("FR", "footer", 1000),
]


@pytest.mark.parametrize(("who", "field", "limit"), LONGEST)
def test_a_text_may_be_as_long_as_its_limit(api_of: ApiOf, who: str, field: str, limit: int) -> None:
    invoice = api_of(who).draft(**{field: "é" * limit})
    assert invoice[field] == "é" * limit


@pytest.mark.parametrize(("who", "field", "limit"), LONGEST)
def test_a_text_may_not_be_longer_than_its_limit(api_of: ApiOf, who: str, field: str, limit: int) -> None:
    fault = refused(api_of(who), field, **{field: "x" * (limit + 1)})
    assert (fault["code"], fault["meta"]["max_length"]) == ("too_long", limit)


@pytest.mark.parametrize(("field", "limit"), [("title", 120), ("description", 1800), ("unit", 40)])
def test_a_lines_text_has_its_limit_too(fr: Api, field: str, limit: int) -> None:
    assert fr.draft(items=[fr.item(**{field: "x" * limit})])["items"][0][field] == "x" * limit
    refused(fr, f"items/0/{field}", items=[fr.item(**{field: "x" * (limit + 1)})])


def test_a_title_is_not_empty(fr: Api) -> None:
    refused(fr, "items/0/title", items=[fr.item(title="")])


@pytest.mark.parametrize("value", ["1.00", "100000000000.00", "0.50"])
def test_stamp_duty_has_four_to_fifteen_characters(it: Api, value: str) -> None:
    invoice = it.draft(items=[it.item(**FREE)], stamp_duty_amount=value)
    assert invoice["stamp_duty_amount"] == value


@pytest.mark.parametrize("value", ["2.0", "2", "1000000000000.00", "-2.00", "2,00", "abcd", ""])
def test_stamp_duty_of_another_form_is_refused(it: Api, value: str) -> None:
    refused(it, "stamp_duty_amount", items=[it.item(**FREE)], stamp_duty_amount=value)


@pytest.mark.parametrize("rate", ["0.01", "0.0001", "0.115", "1.00"])
@pytest.mark.parametrize("block", ["welfare_fund", "withholding_tax"])
def test_a_rate_has_four_to_six_characters(it: Api, block: str, rate: str) -> None:
    more = {"type": "TC01"} if block == "welfare_fund" else {"reason": "RF01", "payment_reason": "A"}
    assert it.draft(**{block: {"rate": rate, **more}})[block]["rate"] == rate


@pytest.mark.parametrize("rate", ["0.2", "0.00001", "20", "20.00", "1.01", "-0.1", ".200", "0,20", ""])
@pytest.mark.parametrize("block", ["welfare_fund", "withholding_tax"])
def test_a_rate_of_another_form_is_refused(it: Api, block: str, rate: str) -> None:
    more = {"type": "TC01"} if block == "welfare_fund" else {"reason": "RF01", "payment_reason": "A"}
    refused(it, f"{block}/rate", **{block: {"rate": rate, **more}})


@pytest.mark.parametrize("reason", ["A", "L1", "ZO"])
def test_a_payment_reason_has_one_or_two_characters(it: Api, reason: str) -> None:
    tax = {"reason": "RF01", "rate": "0.20", "payment_reason": reason}
    assert it.draft(withholding_tax=tax)["withholding_tax"]["payment_reason"] == reason


@pytest.mark.parametrize("reason", ["", "L12", "!"])
def test_a_payment_reason_of_another_form_is_refused(it: Api, reason: str) -> None:
    tax = {"reason": "RF01", "rate": "0.20", "payment_reason": reason}
    refused(it, "withholding_tax/payment_reason", withholding_tax=tax)


@pytest.mark.parametrize("value", ["999999999.99", "123456789012", "1"])
def test_a_capital_share_has_up_to_twelve_characters(fr: Api, value: str) -> None:
    share = {"value": value, "currency": "EUR"}
    assert fr.draft(settings={"legal_capital_share": share})["organization"]["legal_capital_share"] == share


@pytest.mark.parametrize("value", ["9999999999.99", "1234567890123", "ten", "-1", ""])
def test_a_capital_share_of_another_form_is_refused(fr: Api, value: str) -> None:
    refused(fr, "settings/legal_capital_share/value", settings={"legal_capital_share": {"value": value}})


@pytest.mark.parametrize("value", ["0.0001", "1", "1.0", "0.5"])
def test_a_percentage_discount_is_from_a_hundredth_of_a_percent_to_all(fr: Api, value: str) -> None:
    discount = {"type": "percentage", "value": value}
    assert fr.draft(items=[fr.item(discount=discount)])["items"][0]["discount"]["value"] == value
    assert fr.draft(discount=discount)["discount"]["value"] == value


@pytest.mark.parametrize("value", ["0.00009", "0", "1.0001", "10"])
def test_a_percentage_discount_beyond_is_refused(fr: Api, value: str) -> None:
    discount = {"type": "percentage", "value": value}
    refused(fr, "items/0/discount/value", items=[fr.item(discount=discount)])
    refused(fr, "discount/value", discount=discount)


def test_an_absolute_discount_goes_up_to_quantity_times_price(fr: Api) -> None:
    line = fr.item(quantity="3", unit_price={"value": "33.33", "currency": "EUR"})
    free = fr.draft(items=[{**line, "discount": {"type": "absolute", "value": "99.99"}}])
    assert free["total_amount_cents"] == 0
    over = [{**line, "discount": {"type": "absolute", "value": "100.00"}}]
    refused(fr, "items/0/discount/value", items=over)


@pytest.mark.parametrize("rate", ["0.2", "0.20", "0.055", "0.021", "1", "0.1"])
def test_a_vat_rate_is_a_fraction(fr: Api, rate: str) -> None:
    assert fr.draft(items=[fr.item(vat_rate=rate)])["items"][0]["vat_rate"] == rate


@pytest.mark.parametrize("unit", ["unit", "hour", "square_meter", "number_of_articles", "Kiste"])
def test_a_unit_is_any_word(fr: Api, unit: str) -> None:
    assert fr.draft(items=[fr.item(unit=unit)])["items"][0]["unit"] == unit


FOREIGN: list[tuple[str, tuple[str, ...], str, Any]] = [
    ("report_einvoicing", ("IT",), "report_einvoicing", True),
    ("payment_reporting", ("IT",), "payment_reporting", {"conditions": "TP01", "method": "MP01"}),
    ("welfare_fund", ("IT",), "welfare_fund", {"type": "TC01", "rate": "0.0001"}),
    ("stamp_duty_amount", ("IT",), "stamp_duty_amount", "1.00"),
    ("withholding_tax", ("IT", "freelancer"), "withholding_tax", {"rate": "0.01"}),
    ("settings/discount_conditions", ("FR",), "settings", {"discount_conditions": "x"}),
    ("settings/late_payment_penalties", ("FR",), "settings", {"late_payment_penalties": "x"}),
    ("settings/legal_fixed_compensation", ("FR",), "settings", {"legal_fixed_compensation": "x"}),
    ("settings/legal_capital_share", ("FR",), "settings", {"legal_capital_share": {"value": "1.00"}}),
    ("settings/transaction_type", ("FR",), "settings", {"transaction_type": "goods"}),
    ("settings/vat_payment_condition", ("FR",), "settings", {"vat_payment_condition": "exempt"}),
    ("settings/commercial_register_number", ("FR", "DE"), "settings", {"commercial_register_number": "HRB 1"}),
]


@pytest.mark.parametrize(("pointer", "takers", "field", "value"), FOREIGN, ids=[row[0] for row in FOREIGN])
def test_a_field_of_another_country_is_refused_and_null_counts_as_absent(
    api_of: ApiOf, pointer: str, takers: tuple[str, ...], field: str, value: Any
) -> None:
    for who in ("FR", "DE", "IT", "ES", "freelancer"):
        if who in takers:
            continue
        fault = refused(api_of(who), pointer, **{field: value})
        assert fault["code"] == "field_not_available_in_country"
        nothing = nested(pointer, None)
        assert api_of(who).create(**nothing).status_code == 200


def test_a_spanish_freelancer_sends_the_rate_alone(freelancer: Api) -> None:
    tax = {"rate": "0.15", "reason": "RF01", "payment_reason": "A"}
    refused(freelancer, "withholding_tax/reason", withholding_tax=tax)
    refused(freelancer, "withholding_tax/payment_reason", withholding_tax=tax)


@pytest.mark.parametrize("missing", ["reason", "payment_reason"])
def test_an_italian_withholding_names_its_reasons(it: Api, missing: str) -> None:
    tax = {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}
    del tax[missing]
    refused(it, f"withholding_tax/{missing}", withholding_tax=tax)


WRONG_TYPES: list[tuple[str, Any]] = [
    ("client_id", "not-a-uuid"),
    ("client_id", 7),
    ("issue_date", "01/03/2026"),
    ("issue_date", "2026-02-30"),
    ("issue_date", "2026-03-01T10:00:00Z"),
    ("issue_date", 1772323200),
    ("due_date", "2026-3-1"),
    ("due_date", ""),
    ("performance_date", "soon"),
    ("performance_start_date", "2026-13-01"),
    ("performance_end_date", []),
    ("currency", 978),
    ("number", 12),
    ("purchase_order", {}),
    ("header", ["a"]),
    ("settings", "x"),
    ("items", {}),
    ("items", "x"),
    ("payment_methods", "FR7630006000011234567890189"),
    ("discount", "0.1"),
]


@pytest.mark.parametrize(("field", "value"), WRONG_TYPES)
def test_a_value_of_another_type_is_refused(fr: Api, field: str, value: Any) -> None:
    refused(fr, field, **{field: value})


@pytest.mark.parametrize(
    ("field", "value"),
    [("quantity", 1.5), ("quantity", 1), ("quantity", "1,5"), ("quantity", ""), ("quantity", "1e3"), ("quantity", "٣"),
     ("vat_rate", 0.2), ("vat_rate", "20%"), ("unit_price/value", 10), ("unit_price/value", "-1.00"),
     ("unit_price/value", "1_000")],
)  # fmt: skip
def test_decimals_are_strings_of_plain_digits(fr: Api, field: str, value: Any) -> None:
    item = fr.item(**nested(field, value))
    if field == "unit_price/value":
        item["unit_price"]["currency"] = "EUR"
    refused(fr, f"items/0/{field}", items=[item])
