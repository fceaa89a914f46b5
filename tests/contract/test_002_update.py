"""PATCH /v2/client_invoices/{id}: absent keeps, null clears, items replace, settings merge, and only drafts change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import schema
from tests.contract.schema import faults_of, money_twins
from tests.support.server import Api, expect

ApiOf = Callable[[str], Api]
FREE = {"vat_rate": "0", "vat_exemption_reason": "N2.2", "unit_price": {"value": "500.00", "currency": "EUR"}}
FULL: dict[str, Any] = {
    "number": "H-1", "purchase_order": "P-1", "terms_and_conditions": "t", "header": "h", "footer": "f",
    "performance_start_date": "2026-03-01", "performance_end_date": "2026-03-31",
    "discount": {"type": "percentage", "value": "0.1"}, "settings": {"company_leadership": "Anna Neri"},
    "payment_reporting": {"conditions": "TP02", "method": "MP05"}, "welfare_fund": {"type": "TC01", "rate": "0.04"},
    "withholding_tax": {"reason": "RF01", "rate": "0.20", "payment_reason": "A"}, "stamp_duty_amount": "2.00",
    "report_einvoicing": False,
}  # fmt: skip
# organization, field, its new value, where the answer shows it, what it shows then, and what after null.
CHANGES: list[tuple[str, str, Any, str, Any, Any]] = [
    ("IT", "number", "H-2", "number", "H-2", ...),
    ("IT", "purchase_order", "P-2", "purchase_order", "P-2", ""),
    ("IT", "terms_and_conditions", "u", "terms_and_conditions", "u", ""),
    ("IT", "header", "i", "header", "i", ""),
    ("IT", "footer", "g", "footer", "g", ""),
    ("IT", "performance_end_date", "2026-04-30", "performance_end_date", "2026-04-30", ""),
    ("IT", "discount", {"type": "absolute", "value": "5"}, "discount/amount/value", "5.00", None),
    ("IT", "settings", {"company_leadership": "Ugo Bo"}, "organization/company_leadership", "Ugo Bo", None),
    ("IT", "payment_reporting", {"conditions": "TP01", "method": "MP01"}, "payment_reporting/method", "MP01", None),
    ("IT", "welfare_fund", {"type": "TC22", "rate": "0.05"}, "welfare_fund/type", "TC22", None),
    ("IT", "withholding_tax", {"reason": "RF02", "rate": "0.10", "payment_reason": "Q"},
     "withholding_tax/reason", "RF02", None),
    ("IT", "stamp_duty_amount", "3.00", "stamp_duty_amount", "3.00", ""),
    ("IT", "report_einvoicing", True, "report_einvoicing", True, True),
]  # fmt: skip


def at(value: Any, path: str) -> Any:
    for part in path.split("/"):
        value = None if value is None else value[part]
    return value


def change(api: Api, invoice: dict[str, Any], **body: Any) -> dict[str, Any]:
    return dict(expect(api.patch(f"/client_invoices/{invoice['id']}", body), 200)["client_invoice"])


def full_draft(api: Api, number: str) -> dict[str, Any]:
    lines = [api.item(), api.item(**FREE)]
    return api.draft(items=lines, **{**FULL, "number": number})


@pytest.mark.parametrize(("who", "field", "value", "place", "shown", "cleared"), CHANGES, ids=[c[1] for c in CHANGES])
def test_what_is_sent_changes_the_rest_stays_and_null_clears(
    api_of: ApiOf, who: str, field: str, value: Any, place: str, shown: Any, cleared: Any
) -> None:
    api = api_of(who)
    invoice = full_draft(api, f"keep-{field}")
    changed = change(api, invoice, **{field: value})
    assert at(changed, place) == shown
    kept = {name for name in FULL if name not in (field, "settings")} | {"items", "client", "issue_date", "due_date"}
    amounts = {"welfare_fund", "withholding_tax", "items", "discount"}
    if field in ("welfare_fund", "discount", "withholding_tax"):
        kept -= amounts
    assert {name: changed[name] for name in kept} == {name: invoice[name] for name in kept}
    assert api.invoice(invoice["id"]) == changed
    emptied = change(api, invoice, **{field: None})
    if cleared is ...:
        assert emptied["number"].endswith("-PROFORMA")
    else:
        assert at(emptied, place) == cleared


@pytest.mark.parametrize("field", ["issue_date", "due_date"])
def test_the_dates_of_a_draft_change(fr: Api, field: str) -> None:
    assert change(fr, fr.draft(), **{field: "2026-12-25"})[field] == "2026-12-25"


@pytest.mark.parametrize("field", ["client_id", "issue_date", "due_date", "items"])
def test_what_an_invoice_cannot_do_without_cannot_be_cleared(fr: Api, field: str) -> None:
    invoice = fr.draft()
    fault = expect(fr.patch(f"/client_invoices/{invoice['id']}", {field: None}), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{field}"
    assert fr.invoice(invoice["id"]) == invoice


def test_another_client_replaces_the_snapshot(fr: Api) -> None:
    other = fr.client(name="Autre SARL")
    changed = change(fr, fr.draft(), client_id=other["id"])
    assert (changed["client"]["id"], changed["client"]["name"]) == (other["id"], "Autre SARL")


def test_another_account_is_paid_and_null_means_the_main_one(fr: Api) -> None:
    invoice = fr.draft()
    assert change(fr, invoice, payment_methods={"iban": fr.organization.iban})["payment_methods"]
    assert change(fr, invoice, payment_methods=None)["payment_methods"][0]["iban"] == fr.organization.iban
    foreign = fr.patch(f"/client_invoices/{invoice['id']}", {"payment_methods": {"iban": "DE89370400440532013000"}})
    assert expect(foreign, 422)["errors"][0]["source"]["pointer"] == "/data/attributes/payment_methods/iban"


def test_items_replace_the_whole_list(fr: Api) -> None:
    invoice = fr.draft(items=[fr.item(title="a"), fr.item(title="b"), fr.item(title="c")])
    changed = change(fr, invoice, items=[fr.item(title="d", quantity="2")])
    assert [item["title"] for item in changed["items"]] == ["d"]
    assert changed["total_amount_cents"] == 24000
    assert change(fr, invoice, items=[])["items"] == []


def test_settings_merge_and_null_inside_them_clears_one(fr: Api) -> None:
    capital = {"value": "10000.00", "currency": "EUR"}
    invoice = fr.draft(settings={"company_leadership": "Jeanne", "transaction_type": "goods"})
    merged = change(fr, invoice, settings={"transaction_type": "services", "legal_capital_share": capital})
    assert merged["settings"] == {
        "company_leadership": "Jeanne", "transaction_type": "services", "legal_capital_share": capital,
    }  # fmt: skip
    assert merged["organization"]["legal_capital_share"] == capital
    cleared = change(fr, invoice, settings={"company_leadership": None})
    assert cleared["organization"]["company_leadership"] is None
    assert cleared["organization"]["transaction_type"] == "services"
    assert change(fr, invoice, settings=None)["settings"] == {}


def test_the_older_performance_date_moves_the_start(fr: Api) -> None:
    invoice = fr.draft(performance_start_date="2026-03-01")
    changed = change(fr, invoice, performance_date="2026-03-09")
    assert (changed["performance_start_date"], changed["performance_date"]) == ("2026-03-09", "2026-03-09")
    both = change(fr, invoice, performance_date="2026-03-02", performance_start_date="2026-03-03")
    assert both["performance_start_date"] == "2026-03-03"
    assert change(fr, invoice, performance_date=None)["performance_start_date"] == ""


def test_a_change_is_judged_with_what_stays(fr: Api, it: Api) -> None:
    period = fr.draft(performance_start_date="2026-03-01", performance_end_date="2026-03-31")
    path = f"/client_invoices/{period['id']}"
    early = expect(fr.patch(path, {"performance_end_date": "2026-02-01"}), 422)
    assert early["errors"][0]["code"] == "invalid_performance_end_date"
    alone = expect(fr.patch(path, {"performance_start_date": None}), 422)
    assert alone["errors"][0]["code"] == "missing_performance_start_date"
    stamped = it.draft(items=[it.item(**FREE)], stamp_duty_amount="2.00")
    taxed = expect(it.patch(f"/client_invoices/{stamped['id']}", {"items": [it.item()]}), 422)
    assert taxed["errors"][0]["code"] == "stamp_duty_not_due"


@pytest.mark.parametrize(
    ("field", "value", "call"),
    [("status", "unpaid", "finalize"), ("status", None, "mark_as_paid"), ("currency", "EUR", "new one"),
     ("currency", "USD", "new one")],
)  # fmt: skip
def test_status_and_currency_name_the_right_call_instead(fr: Api, field: str, value: Any, call: str) -> None:
    invoice = fr.draft()
    fault = expect(fr.patch(f"/client_invoices/{invoice['id']}", {field: value, "header": "x"}), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{field}"
    assert call in fault["meta"]["fix"]
    assert fr.invoice(invoice["id"]) == invoice


@pytest.mark.parametrize("body", [{}, {"client_invoice": {}}, {"unknown": 1}])
def test_nothing_sent_changes_nothing(fr: Api, body: dict[str, Any]) -> None:
    invoice = fr.draft(header="h")
    changed = expect(fr.patch(f"/client_invoices/{invoice['id']}", body), 200)["client_invoice"]
    moving = ("updated_at", "attachment_id")
    assert {k: v for k, v in changed.items() if k not in moving} == {
        k: v for k, v in invoice.items() if k not in moving
    }  # fmt: skip


def test_the_body_may_be_wrapped(fr: Api) -> None:
    invoice = fr.draft()
    answer = expect(fr.patch(f"/client_invoices/{invoice['id']}", {"client_invoice": {"header": "w"}}), 200)
    assert answer["client_invoice"]["header"] == "w"


@pytest.mark.parametrize(
    ("field", "value"),
    [("number", "x" * 41), ("purchase_order", "x" * 41), ("terms_and_conditions", "x" * 526), ("header", "x" * 1001),
     ("issue_date", "2026-02-30"), ("client_id", "7"), ("items", {}), ("stamp_duty_amount", "2")],
)  # fmt: skip
def test_limits_are_those_of_create(it: Api, field: str, value: Any) -> None:
    invoice = it.draft()
    fault = expect(it.patch(f"/client_invoices/{invoice['id']}", {field: value}), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{field}"
    assert it.invoice(invoice["id"]) == invoice


@pytest.mark.parametrize("status", ["unpaid", "paid", "canceled"])
def test_only_a_draft_can_be_updated(fr: Api, status: str) -> None:
    invoice = fr.issued()
    if status != "unpaid":
        fr.act(invoice["id"], f"mark_as_{status}")
    before = fr.invoice(invoice["id"])
    fault = expect(fr.patch(f"/client_invoices/{invoice['id']}", {"header": "x"}), 412)["errors"][0]
    assert fault["code"] == "invoice_not_in_draft_status"
    assert fr.invoice(invoice["id"]) == before


def test_the_answer_keeps_the_shape(it: Api) -> None:
    changed = change(it, full_draft(it, "shape-1"), header="x")
    assert faults_of(schema.INVOICE, changed) == []
    assert money_twins(changed) == []


def test_finalize_keeps_all_that_the_draft_said(it: Api) -> None:
    invoice = full_draft(it, "FIN-1")
    issued = it.act(invoice["id"], "finalize")
    moving = ("status", "finalized_at", "updated_at", "attachment_id")
    assert {name: issued[name] for name in invoice if name not in moving} == {
        name: value for name, value in invoice.items() if name not in moving
    }
    assert issued["status"] == "unpaid"
