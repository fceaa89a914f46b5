"""POST /v2/client_invoices: every field, value, default and rule of its page, asked of the running server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.contract import schema
from tests.contract.schema import faults_of, money_twins
from tests.support.server import Api, expect

ApiOf = Callable[[str], Api]

EXEMPT = {"vat_rate": "0", "vat_exemption_reason": "N2.2", "unit_price": {"value": "500.00", "currency": "EUR"}}
# organization, field, what is sent, where the answer shows it, and what it shows.
PLAIN: list[tuple[str, str, Any, str, Any]] = [
    ("FR", "issue_date", "2026-03-01", "issue_date", "2026-03-01"),
    ("FR", "due_date", "2026-12-25", "due_date", "2026-12-25"),
    ("FR", "performance_date", "2026-03-04", "performance_date", "2026-03-04"),
    ("FR", "performance_start_date", "2026-03-05", "performance_start_date", "2026-03-05"),
    ("FR", "status", "draft", "status", "draft"),
    ("FR", "number", "INV-2023-001", "number", "INV-2023-001"),
    ("FR", "purchase_order", "BC-77", "purchase_order", "BC-77"),
    ("FR", "terms_and_conditions", "Réserve de propriété.", "terms_and_conditions", "Réserve de propriété."),
    ("FR", "header", "Au nom du service", "header", "Au nom du service"),
    ("FR", "footer", "Merci de votre confiance", "footer", "Merci de votre confiance"),
    ("FR", "currency", "EUR", "currency", "EUR"),
    ("FR", "discount", {"type": "percentage", "value": "0.1"}, "discount/amount/value", "10.00"),
    ("FR", "discount", {"type": "absolute", "value": "12.5"}, "discount/amount/value", "12.50"),
    ("IT", "report_einvoicing", False, "report_einvoicing", False),
    ("IT", "payment_reporting", {"conditions": "TP02", "method": "MP05"}, "payment_reporting/method", "MP05"),
    ("IT", "welfare_fund", {"type": "TC04", "rate": "0.04"}, "welfare_fund/rate", "0.04"),
    ("IT", "withholding_tax", {"reason": "RF02", "rate": "0.20", "payment_reason": "A"},
     "withholding_tax/amount", "20.00"),
    ("freelancer", "withholding_tax", {"rate": "0.15"}, "withholding_tax/amount", "15.00"),
]  # fmt: skip
SETTINGS: list[tuple[str, str, Any, str]] = [
    ("FR", "vat_number", "FR12345678", "organization/vat_number"),
    ("FR", "company_leadership", "Jeanne Morel", "organization/company_leadership"),
    ("DE", "district_court", "Amtsgericht Hamburg", "organization/district_court"),
    ("DE", "commercial_register_number", "HRB12345B", "organization/commercial_register_number"),
    ("FR", "commercial_register_number", "RCS Lyon 732829320", "organization/commercial_register_number"),
    ("DE", "tax_number", "123/123/1234", "organization/tax_number"),
    ("FR", "legal_capital_share", {"value": "10000.00", "currency": "EUR"}, "organization/legal_capital_share"),
    ("FR", "transaction_type", "goods", "organization/transaction_type"),
    ("FR", "vat_payment_condition", "on_receipts", "organization/vat_payment_condition"),
    ("FR", "discount_conditions", "Escompte de 1 % à dix jours.", "discount_conditions"),
    ("FR", "late_payment_penalties", "Trois fois le taux légal.", "late_payment_penalties"),
    ("FR", "legal_fixed_compensation", "Indemnité de 40 €.", "legal_fixed_compensation"),
]  # fmt: skip
ITEM: list[tuple[str, Any, str, Any]] = [
    ("title", "Tables", "title", "Tables"),
    ("description", "Deux tables en chêne", "description", "Deux tables en chêne"),
    ("quantity", "0.5", "quantity", "0.5"),
    ("unit", "meter", "unit", "meter"),
    ("unit_price", {"value": "10.0", "currency": "EUR"}, "unit_price_cents", 1000),
    ("unit_price", {"value": "10.5", "currency": "EUR"}, "unit_price", {"value": "10.5", "currency": "EUR"}),
    ("vat_rate", "0.1", "vat_rate", "0.1"),
    ("discount", {"type": "percentage", "value": "0.1"}, "discount/amount", {"value": "10.00", "currency": "EUR"}),
    ("discount", {"type": "absolute", "value": "7"}, "discount/amount", {"value": "7.00", "currency": "EUR"}),
]  # fmt: skip


def at(value: Any, path: str) -> Any:
    """What stands at `path` ("items/0/title") in an answer."""
    for part in path.split("/"):
        value = value[int(part)] if part.isdigit() else value[part]
    return value


@pytest.mark.parametrize(("who", "field", "sent", "place", "shown"), PLAIN)
def test_a_field_is_taken_and_shown(api_of: ApiOf, who: str, field: str, sent: Any, place: str, shown: Any) -> None:
    invoice = api_of(who).draft(**{field: sent})
    assert at(invoice, place) == shown
    assert at(api_of(who).invoice(invoice["id"]), place) == shown


@pytest.mark.parametrize(("who", "field", "sent", "place"), SETTINGS)
def test_a_setting_overrides_the_organization_on_this_document_only(
    api_of: ApiOf, who: str, field: str, sent: Any, place: str
) -> None:
    api = api_of(who)
    before = api.get("/organization").json()
    invoice = api.draft(settings={field: sent})
    assert at(invoice, place) == sent
    assert at(api.draft(client_id=invoice["client"]["id"]), place) != sent
    assert api.get("/organization").json() == before


@pytest.mark.parametrize(("field", "sent", "place", "shown"), ITEM)
def test_a_line_field_is_taken_and_shown(fr: Api, field: str, sent: Any, place: str, shown: Any) -> None:
    invoice = fr.draft(items=[fr.item(**{field: sent})])
    assert at(invoice["items"][0], place) == shown


def test_the_client_is_shown_as_it_was(fr: Api) -> None:
    delivery = {"street_address": "Quai 3", "city": "Brest", "zip_code": "29200", "country_code": "FR"}
    client = fr.client(delivery_address=delivery)
    invoice = fr.issued(client_id=client["id"])
    expect(fr.patch(f"/clients/{client['id']}", {"name": "Un autre nom"}), 200)
    shown = fr.invoice(invoice["id"])["client"]
    assert shown["name"] == "Client Exemple & Fils"
    assert shown["delivery_address"] == delivery
    assert shown["address"] == shown["billing_address"]["street_address"] == "4 place du Marché"
    assert {"first_name", "last_name"}.isdisjoint(shown)


@pytest.mark.parametrize("kind", ["individual", "freelancer"])
def test_a_person_has_two_names_and_no_company_name(fr: Api, kind: str) -> None:
    client = fr.client(kind=kind, name=..., first_name="Jeanne", last_name="Dupré")
    shown = fr.draft(client_id=client["id"])["client"]
    assert (shown["type"], shown["first_name"], shown["last_name"]) == (kind, "Jeanne", "Dupré")
    assert "name" not in shown


def test_payment_methods_are_sent_as_an_object_and_shown_as_a_list(fr: Api) -> None:
    invoice = fr.draft(payment_methods={"iban": "FR76 3000 6000 0112 3456 7890 189"})
    assert invoice["payment_methods"] == [
        {
            "beneficiary_name": fr.organization.legal_name, "bic": "AGRIFRPPXXX", "iban": fr.organization.iban,
            "type": "transfer",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("sent", [..., None, {}, {"iban": None}])
def test_without_an_iban_the_main_account_is_paid(fr: Api, sent: Any) -> None:
    assert fr.draft(payment_methods=sent)["payment_methods"][0]["iban"] == fr.organization.iban


@pytest.mark.parametrize("field", ["client_id", "issue_date", "due_date", "currency", "items"])
@pytest.mark.parametrize("sent", [..., None])
def test_a_required_field_is_named_when_it_is_missing(fr: Api, field: str, sent: Any) -> None:
    body = expect(fr.create(**{field: sent}), 422)
    assert [fault["source"]["pointer"] for fault in body["errors"]] == [f"/data/attributes/{field}"]
    assert body["errors"][0]["meta"]["fix"]


@pytest.mark.parametrize("field", ["title", "quantity", "unit_price", "vat_rate"])
def test_a_required_line_field_is_named_when_it_is_missing(fr: Api, field: str) -> None:
    body = expect(fr.create(items=[fr.item(), fr.item(**{field: ...})]), 422)
    assert [fault["source"]["pointer"] for fault in body["errors"]] == [f"/data/attributes/items/1/{field}"]


@pytest.mark.parametrize("sent", [..., None, "unpaid"])
def test_status_is_unpaid_unless_draft_is_asked_for(fr: Api, sent: Any) -> None:
    invoice = fr.draft(status=sent)
    assert invoice["status"] == "unpaid"
    assert invoice["finalized_at"]
    assert not invoice["number"].endswith("-PROFORMA")


@pytest.mark.parametrize("status", ["paid", "canceled", "DRAFT", ""])
def test_no_other_status_can_be_created(fr: Api, status: str) -> None:
    fault = expect(fr.create(status=status), 422)["errors"][0]
    assert fault["code"] == "not_in_list"
    assert fault["source"]["pointer"] == "/data/attributes/status"


def test_performance_start_falls_back_to_the_older_field_and_overrides_it(fr: Api) -> None:
    older = fr.draft(performance_date="2026-03-04", performance_end_date="2026-03-31")
    assert (older["performance_date"], older["performance_start_date"]) == ("2026-03-04", "2026-03-04")
    assert older["performance_end_date"] == "2026-03-31"
    both = fr.draft(performance_date="2026-03-04", performance_start_date="2026-03-01")
    assert (both["performance_date"], both["performance_start_date"]) == ("2026-03-01", "2026-03-01")
    same = fr.draft(performance_start_date="2026-03-01", performance_end_date="2026-03-01")
    assert same["performance_end_date"] == "2026-03-01"


@pytest.mark.parametrize(
    ("dates", "pointer"),
    [
        ({"performance_end_date": "2026-03-31"}, "performance_start_date"),
        ({"performance_start_date": "2026-04-01", "performance_end_date": "2026-03-31"}, "performance_end_date"),
        ({"performance_date": "2026-04-01", "performance_end_date": "2026-03-31"}, "performance_end_date"),
    ],
)
def test_a_period_needs_its_start_and_runs_forward(fr: Api, dates: dict[str, str], pointer: str) -> None:
    fault = expect(fr.create(**dates), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{pointer}"


def test_italian_invoices_are_reported_unless_they_say_no(it: Api, fr: Api) -> None:
    assert it.draft()["report_einvoicing"] is True
    assert it.draft(report_einvoicing=None)["report_einvoicing"] is True
    assert fr.draft()["report_einvoicing"] is None


def test_an_italian_organization_without_einvoicing_creates_nothing(new_organization: Any) -> None:
    api = new_organization("IT", einvoicing_enabled=False)
    for sent in (True, False, None):
        assert expect(api.create(report_einvoicing=sent), 403)["errors"][0]["code"] == "forbidden"
    assert api.count() == 0
    expect(api.patch("/organization", {"einvoicing_enabled": True}), 200)
    assert api.issued()["number"].endswith("-001")


def test_stamp_duty_is_added_to_the_total(it: Api) -> None:
    invoice = it.draft(items=[it.item(**EXEMPT)], stamp_duty_amount="2.00")
    assert invoice["stamp_duty_amount"] == "2.00"
    assert invoice["total_amount"]["value"] == "502.00"


def test_welfare_comes_before_vat_and_withholding_after(it: Api) -> None:
    invoice = it.draft(
        welfare_fund={"type": "TC01", "rate": "0.04"},
        withholding_tax={"reason": "RF01", "rate": "0.20", "payment_reason": "A"},
    )
    assert invoice["welfare_fund"] == {"type": "TC01", "rate": "0.04", "amount": "4.00"}
    assert invoice["vat_amount"]["value"] == "22.88"
    assert invoice["total_amount"]["value"] == "126.88"
    assert invoice["withholding_tax"]["amount"] == "20.00"
    assert invoice["amount_due"]["value"] == "106.88"


def test_discounts_of_lines_come_before_the_global_one(fr: Api) -> None:
    line = fr.item(quantity="2", discount={"type": "percentage", "value": "0.25"})
    invoice = fr.draft(items=[line], discount={"type": "absolute", "value": "50"})
    assert invoice["items"][0]["subtotal_cents"] == 15000
    assert invoice["discount"] == {
        "type": "absolute", "value": "50", "amount": {"value": "50.00", "currency": "EUR"}, "amount_cents": 5000,
    }  # fmt: skip
    assert (invoice["vat_amount_cents"], invoice["total_amount_cents"]) == (2000, 12000)
    assert invoice["items"][0]["total_vat_cents"] == 2000


@pytest.mark.parametrize("who", ["FR", "DE", "IT", "ES", "freelancer"])
@pytest.mark.parametrize("status", ["draft", "unpaid"])
def test_the_answer_has_every_named_key_and_no_unnamed_one(api_of: ApiOf, who: str, status: str) -> None:
    answer = expect(api_of(who).create(status=status), 200)
    invoice = answer["client_invoice"]
    assert faults_of(schema.INVOICE, invoice) == []
    assert money_twins(invoice) == []
    assert set(answer) == {"client_invoice", "warnings"}
    assert api_of(who).invoice(invoice["id"]) == invoice


def test_the_answer_with_everything_on_it_keeps_the_shape(it: Api) -> None:
    invoice = it.issued(
        items=[
            it.item(quantity="1.5", unit="hour", discount={"type": "percentage", "value": "0.1"}),
            it.item(**EXEMPT, description="Esente"),
        ],
        discount={"type": "percentage", "value": "0.1"}, purchase_order="BO-1", header="a", footer="b",
        terms_and_conditions="c", performance_start_date="2026-03-01", performance_end_date="2026-03-31",
        payment_reporting={"conditions": "TP02", "method": "MP05"}, welfare_fund={"type": "TC22", "rate": "0.04"},
        withholding_tax={"reason": "RF01", "rate": "0.20", "payment_reason": "A"}, stamp_duty_amount="2.00",
        settings={"company_leadership": "Anna Neri"},
    )  # fmt: skip
    assert faults_of(schema.INVOICE, invoice) == []
    assert money_twins(invoice) == []


def test_all_of_the_pages_fields_in_one_body(it: Api) -> None:
    """The values of the page's own example, less those of other countries, and an IBAN and amounts that exist."""
    body = it.invoice_body(
        issue_date="2022-03-01", performance_date="2023-12-25", performance_start_date="2022-03-01",
        performance_end_date="2022-03-31", due_date="2023-12-25", number="INV-2023-001", purchase_order="1",
        terms_and_conditions="2", header="3", footer="4", payment_methods={"iban": it.organization.iban},
        settings={
            "vat_number": "FR12345678", "company_leadership": "Jan Mueller", "district_court": "Munich",
            "tax_number": "123/123/1234",
        },
        items=[
            {
                "title": "a", "description": "b", "quantity": "0.5", "unit": "meter",
                "unit_price": {"value": "10", "currency": "EUR"}, "vat_rate": "0.1", "vat_exemption_reason": "N1",
                "discount": {"type": "percentage", "value": "0.1"},
            },
            it.item(**EXEMPT),
        ],
        report_einvoicing=True, payment_reporting={"conditions": "TP01", "method": "MP01"},
        welfare_fund={"type": "TC01", "rate": "0.0001"},
        withholding_tax={"reason": "RF01", "rate": "0.01", "payment_reason": "L1"}, stamp_duty_amount="1.00",
    )  # fmt: skip
    invoice = expect(it.post("/client_invoices", body), 200)["client_invoice"]
    assert faults_of(schema.INVOICE, invoice) == []
    assert invoice["items"][0]["vat_exemption_reason"] == "N1"
    assert invoice["organization"]["vat_number"] == "FR12345678"


def test_what_cannot_be_there_yet_is_there_and_empty(fr: Api) -> None:
    invoice = fr.issued()
    assert invoice["einvoicing_status"] == fr.draft()["einvoicing_status"] == "pending"
    assert invoice["einvoicing_lifecycle_events"] == []
    assert invoice["credit_notes_ids"] == []
    assert invoice["invoice_type"] == "standard"
    assert invoice["paid_at"] == ""
    assert fr.draft()["finalized_at"] == ""


@pytest.mark.parametrize("wrapper", [None, "client_invoice"])
def test_the_body_may_come_flat_or_wrapped_and_unknown_fields_are_ignored(fr: Api, wrapper: str | None) -> None:
    body = fr.invoice_body(purchase_order="P", is_new_in_2030=True)
    body["items"][0]["colour"] = "blue"
    body["items"][0]["unit_price"]["scale"] = 2
    body["settings"] = {"nothing_of_ours": "x"}
    answer = expect(fr.post("/client_invoices", {wrapper: body} if wrapper else body), 200)
    assert answer["client_invoice"]["purchase_order"] == "P"


def test_the_headers_of_the_api_are_taken(fr: Api) -> None:
    body = fr.invoice_body()
    assert fr.post("/client_invoices", body, **{"X-Qonto-Staging-Token": "anything"}).status_code == 200
    token = fr.organization.api_key
    with fr.server.http(Authorization=f"Bearer {token}") as http:
        assert http.get("/v2/client_invoices").status_code == 200
