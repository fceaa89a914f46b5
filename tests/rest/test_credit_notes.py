"""/v2/credit_notes: the wire's shape, what a create call may send, filters, and every refusal."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.conftest import NewOrganization
from tests.contract.schema import (
    AMOUNT,
    CENTS,
    CLIENT,
    DAY,
    DISCOUNT,
    EMPTY,
    ITEM,
    META,
    MONEY,
    NULL,
    ORGANIZATION,
    TEXT,
    TIME,
    UUID,
    VAT_GROUP,
    WELFARE,
    WITHHOLDING,
    either,
    faults_of,
    listed,
    money_twins,
    obj,
)
from tests.support.server import Api, Server, expect, make_token

Body = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
CLIENT_TEXTS = (
    "name", "first_name", "last_name", "email", "vat_number", "tax_identification_number", "address", "city",
    "zip_code", "province_code", "country_code", "recipient_code", "locale",
)  # fmt: skip
NOTE = obj(
    {
        "id": UUID, "invoice_id": UUID, "attachment_id": either(UUID, EMPTY), "issue_date": DAY,
        "invoice_issue_date": DAY, "number": TEXT, "reason": TEXT, "terms_and_conditions": TEXT, "header": TEXT,
        "footer": TEXT, "vat_amount": MONEY, "vat_amount_cents": CENTS, "total_amount": MONEY,
        "total_amount_cents": CENTS, "currency": {"const": "EUR"}, "created_at": TIME, "finalized_at": TIME,
        "contact_email": TEXT, "invoice_url": {"type": "string", "pattern": "^https?://"},
        "einvoicing_status": {"const": "pending"}, "einvoicing_lifecycle_events": listed({}),
        "welfare_fund": either(WELFARE, NULL),
        "withholding_tax": either(WITHHOLDING, NULL), "stamp_duty_amount": either(AMOUNT, EMPTY),
        "items": {**listed(ITEM), "minItems": 1},
        "client": {**CLIENT, "required": ["id", "type", *CLIENT_TEXTS]},
        # Ours:
        "organization_id": UUID, "organization": ORGANIZATION, "invoice_number": TEXT, "updated_at": TIME,
        "purchase_order": TEXT, "buyer_reference": TEXT, "e_invoicing_format": TEXT,
        "discount": either(DISCOUNT, NULL), "line_total_amount": MONEY, "line_total_amount_cents": CENTS,
        "tax_exclusive_amount": MONEY, "tax_exclusive_amount_cents": CENTS, "amount_due": MONEY,
        "amount_due_cents": CENTS, "vat_breakdown": listed(VAT_GROUP), "mentions": listed(TEXT),
    }
)  # fmt: skip


def body_of(api: Api, invoice: Body, **more: Any) -> Body:
    """What a create call sends: one line of 50.00 without VAT; `...` leaves a field out."""
    line = api.item(unit_price={"value": "50.00", "currency": "EUR"})
    body = {"invoice_id": invoice["id"], "issue_date": api.today, "reason": "Retour", "currency": "EUR",
            "items": [line]}  # fmt: skip
    if "amount" in more:
        del body["items"]
    return {name: value for name, value in {**body, **more}.items() if value is not ...}


def create(api: Api, invoice: Body, **more: Any) -> httpx.Response:
    return api.post("/credit_notes", body_of(api, invoice, **more))


def credit(api: Api, invoice: Body, **more: Any) -> Body:
    note: Body = expect(create(api, invoice, **more), 201)["credit_note"]
    return note


def faults(answer: httpx.Response, status: int = 422) -> list[tuple[str, str]]:
    """Code and field of each fault; each says how to mend it."""
    errors = expect(answer, status)["errors"]
    assert all(error["meta"]["fix"] for error in errors)
    return [(error["code"], error["source"]["pointer"].removeprefix("/data/attributes/")) for error in errors]


@pytest.fixture(scope="module")
def invoice(fr: Api) -> Body:
    """An unpaid invoice of 1,000.00 and 20 % VAT."""
    return fr.issued(items=[fr.item(quantity="10")])


def test_the_answer_has_every_named_key_and_no_unnamed_one(fr: Api, invoice: Body) -> None:
    made = expect(create(fr, invoice), 201)
    note = made["credit_note"]
    assert made["warnings"] == []
    assert faults_of(NOTE, note) == []
    assert money_twins(note) == []
    assert expect(fr.get(f"/credit_notes/{note['id']}"), 200) == {"credit_note": note}
    assert (note["total_amount"]["value"], note["attachment_id"]) == ("60.00", "")
    assert note["invoice_url"] == fr.invoice(invoice["id"])["invoice_url"]
    assert note["id"] in fr.invoice(invoice["id"])["credit_notes_ids"]


def test_empty_texts_of_the_client_are_there_on_credit_notes_only(fr: Api, invoice: Body) -> None:
    assert "province_code" not in invoice["client"]
    assert credit(fr, invoice)["client"]["province_code"] == ""


def test_all_that_may_be_sent_is_taken(it: Api) -> None:
    more = {
        "withholding_tax": {"rate": "0.20", "reason": "RF01", "payment_reason": "A"},
        "welfare_fund": {"type": "TC01", "rate": "0.04"}, "discount": {"type": "percentage", "value": "0.1"},
    }  # fmt: skip
    sold = it.issued(**more)
    note = credit(
        it, sold, **more, items=[it.item()], number="NC/1", terms_and_conditions="Rimborso", contact_email="a@b.example"
    )
    assert faults_of(NOTE, note) == []
    assert [note[name] for name in ("number", "terms_and_conditions", "contact_email")] == [
        "NC/1", "Rimborso", "a@b.example",
    ]  # fmt: skip
    for name in ("welfare_fund", "withholding_tax", "discount", "total_amount", "amount_due"):
        assert note[name] == sold[name], name
    assert it.invoice(sold["id"])["status"] == "canceled"


def test_120_euros_without_vat_detail(fr: Api) -> None:
    sold = fr.issued(items=[fr.item(), fr.item(vat_rate="0.1"), fr.item(vat_rate="0.055")])
    note = credit(fr, sold, amount={"value": "120.00", "currency": "EUR"})
    assert (note["total_amount"]["value"], len(note["items"])) == ("120.00", 3)
    again = credit(fr, sold, items=[fr.item(vat_rate=..., unit_price={"value": "120.00", "currency": "EUR"})])
    assert (again["total_amount"]["value"], len(again["items"])) == ("120.00", 3)


def test_a_flat_or_wrapped_body_and_both_names_of_an_exemption(fr: Api) -> None:
    line = fr.item(vat_rate="0", vat_exemption_code="S262")
    sold = fr.issued(items=[line])
    wrapped = {"credit_note": body_of(fr, sold, items=[{**line, "quantity": "0.5"}])}
    note = expect(fr.post("/credit_notes", wrapped), 201)["credit_note"]
    assert (note["items"][0]["vat_exemption_reason"], note["total_amount"]["value"]) == ("S262", "50.00")


def test_the_same_key_makes_one_credit_note(fr: Api, invoice: Body) -> None:
    key = {"X-Qonto-Idempotency-Key": "credit-once"}
    first, second = (fr.post("/credit_notes", body_of(fr, invoice, number="ONCE"), **key) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"


def test_a_dry_run_leaves_nothing(fr: Api, invoice: Body) -> None:
    before = fr.invoice(invoice["id"])
    tried = fr.post("/credit_notes", body_of(fr, invoice), **{"X-Dry-Run": "true"})
    note = expect(tried, 201)["credit_note"]
    assert fr.get(f"/credit_notes/{note['id']}").status_code == 404
    assert fr.invoice(invoice["id"]) == before


def test_over_the_invoice_the_refusal_says_what_is_left(fr: Api) -> None:
    sold = fr.issued()
    credit(fr, sold, amount="20.00")
    answer = create(fr, sold, amount="100.01")
    assert faults(answer) == [("credit_notes_exceed_invoice", "amount")]
    meta = answer.json()["errors"][0]["meta"]
    assert meta["remaining_amount"] == {"value": "100.00", "currency": "EUR"}
    assert meta["remaining_amount_cents"] == 10000
    credit(fr, sold, amount=meta["remaining_amount"])
    assert fr.invoice(sold["id"])["status"] == "canceled"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"invoice_id": UNKNOWN}, [("invalid_invoice_id", "invoice_id")]),
        ({"invoice_id": "x"}, [("invalid_format", "invoice_id")]),
        ({"issue_date": "2026-13-01"}, [("invalid_format", "issue_date")]),
        ({"currency": "USD"}, [("invalid_currency", "currency")]),
        ({"items": ...}, [("missing_value", "items")]),
        ({"reason": ""}, [("invalid_format", "reason")]),
        ({"reason": "x" * 501}, [("too_long", "reason")]),
        ({"number": "x" * 41}, [("too_long", "number")]),
        ({"terms_and_conditions": "x" * 526}, [("too_long", "terms_and_conditions")]),
        ({"contact_email": "nobody"}, [("invalid_format", "contact_email")]),
        ({"amount": "1.001"}, [("invalid_format", "amount/value")]),
        ({"welfare_fund": {"type": "TC01", "rate": "0.04"}}, [("field_not_available_in_country", "welfare_fund")]),
    ],
)  # fmt: skip
def test_what_is_refused(fr: Api, invoice: Body, sent: Body, told: list[tuple[str, str]]) -> None:
    assert faults(create(fr, invoice, **sent)) == told


def test_lines_that_are_refused(fr: Api, invoice: Body) -> None:
    assert faults(create(fr, invoice, items=[fr.item(quantity="-1")])) == [("invalid_format", "items/0/quantity")]
    assert faults(create(fr, invoice, items=[fr.item(vat_rate="0.055")])) == [
        ("vat_rate_not_on_invoice", "items/0/vat_rate")
    ]
    assert faults(create(fr, invoice, items=[])) == [("invalid_format", "items")]


def test_every_missing_field_is_named_at_once(fr: Api) -> None:
    assert faults(fr.post("/credit_notes", {"items": []})) == [
        ("missing_value", "invoice_id"), ("missing_value", "issue_date"), ("missing_value", "reason"),
        ("missing_value", "currency"), ("invalid_format", "items"),
    ]  # fmt: skip


def test_a_used_number_is_409(fr: Api, invoice: Body) -> None:
    credit(fr, invoice, number="AV-1")
    assert faults(create(fr, invoice, number="AV-1"), 409) == [("invoice_number_already_exists", "number")]


def test_a_draft_a_canceled_a_deposit_and_a_balance_invoice_take_none(fr: Api) -> None:
    canceled = fr.issued()
    fr.act(canceled["id"], "mark_as_canceled")
    parts = [fr.issued(invoice_type=kind) for kind in ("deposit", "balance")]
    told = [faults(create(fr, each))[0] for each in (fr.draft(), canceled, *parts)]
    assert told == [
        ("invoice_not_finalized", "invoice_id"), ("invoice_already_canceled", "invoice_id"),
        ("invoice_type_not_creditable", "invoice_id"), ("invoice_type_not_creditable", "invoice_id"),
    ]  # fmt: skip


def test_unknown_ids_are_404(fr: Api, new_organization: NewOrganization, invoice: Body) -> None:
    foreign = credit(fr, invoice)["id"]
    for note_id in (UNKNOWN, "x", foreign):
        api = new_organization() if note_id == foreign else fr
        (error,) = expect(api.get(f"/credit_notes/{note_id}"), 404)["errors"]
        assert (error["code"], error["source"]) == ("not_found", {"parameter": "id"})


def test_there_is_no_update_delete_or_send(fr: Api, invoice: Body) -> None:
    note_id = credit(fr, invoice)["id"]
    assert fr.patch(f"/credit_notes/{note_id}", {}).status_code == 405
    assert fr.delete(f"/credit_notes/{note_id}").status_code == 405
    assert fr.post(f"/credit_notes/{note_id}/send", {}).status_code == 404


def test_scopes(server: Server, fr: Api, invoice: Body) -> None:
    reader = server.http(Authorization=f"Bearer {make_token(fr.organization, server.data, 'client_invoices.read')}")
    assert reader.get("/v2/credit_notes").status_code == 200
    refused = reader.post("/v2/credit_notes", json=body_of(fr, invoice))
    assert "missing required oauth scope: client_invoice.write" in expect(refused, 403)["errors"][0]["detail"]
    assert server.http().get("/v2/credit_notes").status_code == 401


def test_lists_page_and_filter(fresh: Api) -> None:
    first, second = fresh.issued(), fresh.issued()
    notes = [credit(fresh, each, amount="1.00") for each in (first, second, first)]
    page = expect(fresh.get("/credit_notes", per_page=2), 200)
    assert faults_of(META, page["meta"]) == []
    assert (page["meta"]["total_count"], page["meta"]["next_page"]) == (3, 2)
    assert [note["id"] for note in page["credit_notes"]] == [notes[2]["id"], notes[1]["id"]]

    def found(**params: Any) -> list[int]:
        listed_ids = [note["id"] for note in expect(fresh.get("/credit_notes", **params), 200)["credit_notes"]]
        return [[note["id"] for note in notes].index(each) for each in listed_ids]

    assert found(sort_by="created_at:asc") == [0, 1, 2]
    assert found(**{"filter[invoice_id]": first["id"]}) == [2, 0]
    assert found(**{"filter[number]": notes[1]["number"]}) == [1]
    assert found(**{"filter[client_id]": second["client"]["id"]}) == [1]
    assert found(**{"filter[created_at_from]": notes[1]["created_at"]}) == [2, 1]
    assert found(**{"filter[created_at_to]": notes[0]["created_at"]}) == [0]
    assert found(**{"filter[issue_date_from]": "2199-01-01"}) == []
    assert found(page=9) == []


@pytest.mark.parametrize(
    "params", [{"sort_by": "number:asc"}, {"filter[created_at_from]": "soon"}, {"page": "0"}, {"per_page": "101"}]
)
def test_a_wrong_parameter_is_400(fr: Api, params: Body) -> None:
    (error,) = expect(fr.get("/credit_notes", **params), 400)["errors"]
    assert error["source"] == {"parameter": next(iter(params))}


def test_its_pdf_comes(worker: Api) -> None:
    note = credit(worker, worker.issued(), amount="120.00")
    deadline = time.monotonic() + 30
    while not (shown := expect(worker.get(f"/credit_notes/{note['id']}"), 200)["credit_note"])["attachment_id"]:
        assert time.monotonic() < deadline, worker.server.log[-2000:]
        time.sleep(0.05)
    attachment = expect(worker.get(f"/attachments/{shown['attachment_id']}"), 200)["attachment"]
    assert (attachment["file_name"], attachment["file_content_type"]) == (f"{note['number']}.pdf", "application/pdf")
    assert {**shown, "attachment_id": ""} == note
