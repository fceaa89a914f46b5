"""/v2/supplier_invoices: uploads in every spelling, lists, changes, and the calls with bare answers."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.conftest import NewOrganization
from tests.support import hostile_files as files
from tests.support.server import Api, expect, make_token

_marks = count()
MB = 1024 * 1024


def pdf(mark: str = "") -> bytes:
    """A PDF that no other test uploads, unless they give the same mark."""
    return files.pdf(mark or f"unique {next(_marks)}")


def bulk(api: Api, *parts: tuple[str, Any], **headers: str) -> httpx.Response:
    """A form of these parts, in this order; a text or (name, bytes) each."""
    form = [(name, (None, value) if isinstance(value, str) else value) for name, value in parts]
    return api.http.post("/v2/supplier_invoices/bulk", files=form, headers=headers)


def uploaded(api: Api, mark: str = "", **known: Any) -> dict[str, Any]:
    """A new supplier invoice of which `known` is known."""
    answer = expect(bulk(api, ("supplier_invoices[][file]", ("bill.pdf", pdf(mark)))), 200)
    (invoice,) = answer["supplier_invoices"]
    if known:
        invoice = expect(api.patch(f"/supplier_invoices/{invoice['id']}", known), 200)["supplier_invoice"]
    return dict(invoice)


def ids(api: Api, **params: Any) -> list[str]:
    return [each["id"] for each in expect(api.get("/supplier_invoices", **params), 200)["supplier_invoices"]]


FILE, KEY, ATTACHMENT = (f"supplier_invoices[][{name}]" for name in ("file", "idempotency_key", "attachment_id"))


def test_files_and_keys_are_paired_in_their_order(fresh: Api) -> None:
    one, two = pdf(), pdf()
    made = expect(
        bulk(fresh, (FILE, ("1.pdf", one)), (KEY, "k1"), (FILE, ("2.pdf", two)), (KEY, "k2")), 200
    )["supplier_invoices"]  # fmt: skip
    # All keys first, as some libraries send them, is the same request.
    again = expect(bulk(fresh, (KEY, "k1"), (KEY, "k2"), (FILE, ("1.pdf", one)), (FILE, ("2.pdf", two))), 200)
    assert [each["id"] for each in again["supplier_invoices"]] == [each["id"] for each in made]
    # And indexes say it outright, whatever the order.
    indexed = expect(
        bulk(fresh, ("supplier_invoices[1][idempotency_key]", "k2"), ("supplier_invoices[0][file]", ("1.pdf", one)),
             ("supplier_invoices[1][file]", ("2.pdf", two)), ("supplier_invoices[0][idempotency_key]", "k1")),
        200,
    )  # fmt: skip
    assert [each["id"] for each in indexed["supplier_invoices"]] == [each["id"] for each in made]
    assert len(ids(fresh)) == 2


def test_what_fails_is_told_beside_what_went_in(fresh: Api) -> None:
    answer = expect(
        bulk(fresh, (FILE, ("1.pdf", pdf())), (KEY, "k1"), (FILE, ("2.pdf", b"no PDF")), (KEY, "k2"),
             (FILE, ("3.pdf", b"")), (KEY, "k3"), (FILE, ("4.png", files.png())), (KEY, "k4"),
             (FILE, ("5.pdf", pdf() + b"x" * 10 * MB)), (KEY, "k5")),
        200,
    )  # fmt: skip
    assert [each["file_name"] for each in answer["supplier_invoices"]] == ["1.pdf", "4.png"]
    assert [(each["code"], each["source"]["pointer"], each["meta"]["index"]) for each in answer["errors"]] == [
        ("invalid", "/supplier_invoices/idempotency_key/k2/file", 1),
        ("invalid", "/supplier_invoices/idempotency_key/k3/file", 2),
        ("invalid", "/supplier_invoices/idempotency_key/k5/file", 4),
    ]
    assert all(each["detail"] and each["meta"]["fix"] for each in answer["errors"])
    assert "too large" in answer["errors"][2]["detail"]


def test_nothing_but_failures_is_still_200(fresh: Api) -> None:
    answer = expect(bulk(fresh, (FILE, ("1.pdf", b"no PDF"))), 200)
    assert (answer["supplier_invoices"], answer["errors"][0]["source"]) == (
        [],
        {"pointer": "/supplier_invoices/0/file"},
    )
    assert ids(fresh) == []


def test_a_key_stands_for_its_file(fresh: Api) -> None:
    first = expect(bulk(fresh, (FILE, ("1.pdf", pdf("first"))), (KEY, "k")), 200)["supplier_invoices"][0]
    answer = expect(bulk(fresh, (FILE, ("1.pdf", pdf("second"))), (KEY, "k")), 200)
    assert answer["supplier_invoices"] == []
    assert answer["errors"][0]["code"] == "idempotency_key_reused"
    assert ids(fresh) == [first["id"]]


@pytest.mark.parametrize("key", ["k" * 251, "a\x00b", "a\nb"])
def test_a_key_that_cannot_be_kept_is_that_files_fault(fresh: Api, key: str) -> None:
    answer = expect(bulk(fresh, (FILE, ("1.pdf", pdf())), (KEY, key), (FILE, ("2.pdf", pdf())), (KEY, "k")), 200)
    assert [each["file_name"] for each in answer["supplier_invoices"]] == ["2.pdf"]
    (fault,) = answer["errors"]
    assert (fault["code"], fault["source"]["pointer"]) == (
        "invalid_idempotency_key", "/supplier_invoices/0/idempotency_key",
    )  # fmt: skip


def test_an_attachment_stands_for_a_file(fresh: Api) -> None:
    attachment = fresh.http.post("/v2/attachments", files={"file": ("scan.png", files.png())}).json()["attachment"][
        "id"
    ]
    answer = expect(bulk(fresh, (ATTACHMENT, attachment), (KEY, "k1"), (ATTACHMENT, "nonsense"), (KEY, "k2")), 200)
    assert [each["attachment_id"] for each in answer["supplier_invoices"]] == [attachment]
    assert [each["code"] for each in answer["errors"]] == ["invalid_attachment_id"]
    # As JSON, with what is known of it.
    entry = {"attachment_id": attachment, "idempotency_key": "k3", "supplier_name": "Dupont", "source": "x"}
    body = {
        "supplier_invoices": [entry, {"idempotency_key": "k4"}, {"attachment_id": attachment, "issue_date": 5}, "x"]
    }
    answer = expect(fresh.post("/supplier_invoices/bulk", body), 200)
    assert [each["supplier_name"] for each in answer["supplier_invoices"]] == ["Dupont"]
    assert [each["meta"]["index"] for each in answer["errors"]] == [1, 2, 3]


def test_a_file_and_an_attachment_are_not_one_invoice(fresh: Api) -> None:
    answer = expect(
        bulk(fresh, ("supplier_invoices[0][file]", ("1.pdf", pdf())), ("supplier_invoices[0][attachment_id]", "x")), 200
    )
    assert answer["supplier_invoices"] == []
    assert "either" in answer["errors"][0]["detail"]


def test_source_and_meta_are_kept(fresh: Api) -> None:
    meta = json.dumps({"integration_type": "amazon", "connector": "grover", "more": [1]})
    answer = expect(
        bulk(fresh, ("source", "transaction_attachment"), ("meta", meta), ("skip_attachment_matcher", "true"),
             (FILE, ("1.pdf", pdf()))),
        200,
    )  # fmt: skip
    (made,) = answer["supplier_invoices"]
    assert (made["source"], made["meta"]["connector"]) == ("generic_upload", "grover")
    assert uploaded(fresh)["source"] == "integration"


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [("other", ("1.pdf", b"%PDF-"))],
        [(FILE, ("1.pdf", b"%PDF-")), (KEY, "a"), (KEY, "b")],
        [(FILE, ("1.pdf", b"%PDF-")), (FILE, ("2.pdf", b"%PDF-")), (KEY, "a")],
        [(FILE, ("1.pdf", b"%PDF-")), ("source", "elsewhere")],
        [(FILE, ("1.pdf", b"%PDF-")), ("meta", "{")],
        [(FILE, ("1.pdf", b"%PDF-")), ("meta", "[]")],
        [(FILE, (f"{n}.pdf", b"%PDF-")) for n in range(21)],
        [(KEY, b"\xff\xfe"), (FILE, ("1.pdf", b"%PDF-"))],
    ],
    ids=["nothing", "no invoice", "more keys", "fewer keys", "source", "meta", "meta list", "21", "key bytes"],
)
def test_what_cannot_be_taken_as_a_whole_is_400(fresh: Api, parts: list[tuple[str, Any]]) -> None:
    answer = bulk(fresh, *parts) if parts else fresh.http.post("/v2/supplier_invoices/bulk", data={"a": "b"})
    if not parts:
        assert answer.status_code in (400, 415)
    else:
        assert expect(answer, 400)["errors"][0]["meta"]["fix"]
    assert ids(fresh) == []


@pytest.mark.parametrize("body", ["{", "[]", '{"supplier_invoices": {}}', '{"supplier_invoices": []}', "", "null"])
def test_json_that_is_no_list_is_400(fresh: Api, body: str) -> None:
    answer = fresh.http.post(
        "/v2/supplier_invoices/bulk", content=body, headers={"Content-Type": "application/json"}
    )  # fmt: skip
    assert expect(answer, 400)["errors"][0]["meta"]["fix"]


def test_more_than_fifteen_megabytes_are_413(fresh: Api) -> None:
    answer = bulk(fresh, (FILE, ("1.pdf", pdf() + b"x" * 8 * MB)), (FILE, ("2.pdf", pdf() + b"x" * 8 * MB)))
    assert answer.status_code == 413
    assert ids(fresh) == []


def test_a_dry_run_leaves_nothing(fresh: Api) -> None:
    data = pdf("dry run of a supplier invoice")
    answer = expect(bulk(fresh, (FILE, ("1.pdf", data)), **{"X-Dry-Run": "true"}), 200)
    assert answer["supplier_invoices"][0]["status"] == "to_review"
    assert ids(fresh) == []
    assert not [path for path in Path(fresh.server.data, "files").glob("*/*") if path.read_bytes() == data]


def test_the_header_replays_the_whole_request(fresh: Api) -> None:
    headers = {"X-Qonto-Idempotency-Key": "whole"}
    data = pdf()
    first, second = (bulk(fresh, (FILE, ("1.pdf", data)), **headers) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert bulk(fresh, (FILE, ("1.pdf", pdf())), **headers).status_code == 422


def test_actions_answer_bare_flat_or_wrapped(fr: Api) -> None:
    for body in ({"supplier_invoice": {"payment_date": "2026-01-02"}}, {"payment_date": "2026-01-02"}):
        paid = expect(fr.post(f"/supplier_invoices/{uploaded(fr)['id']}/mark_as_paid", body), 200)
        assert (paid["status"], paid["payment_date"], "supplier_invoice" in paid) == ("paid", "2026-01-02", False)
    for body in (None, {}, {"supplier_invoice": {}}):
        paid = expect(fr.post(f"/supplier_invoices/{uploaded(fr)['id']}/mark_as_paid", body), 200)
        assert paid["payment_date"] == fr.today
    unpaid = expect(fr.post(f"/supplier_invoices/{paid['id']}/unmark_as_paid"), 200)
    assert (unpaid["id"], unpaid["status"], unpaid["payment_date"]) == (paid["id"], "to_review", None)
    rejected = expect(fr.post(f"/supplier_invoices/{paid['id']}/reject", {"reason": "twice"}), 200)
    assert (rejected["status"], rejected["declined_note"]) == ("rejected", "twice")


def test_a_forbidden_transition_is_400(fr: Api) -> None:
    invoice = uploaded(fr, status="to_pay")
    refused = expect(fr.post(f"/supplier_invoices/{invoice['id']}/reject"), 400)["errors"][0]
    assert refused["code"] == "supplier_invoice_status_transition_forbidden"
    assert refused["meta"]["allowed_actions"] == ["mark_as_paid"]
    assert fr.post(f"/supplier_invoices/{invoice['id']}/unmark_as_paid").status_code == 400
    assert fr.patch(f"/supplier_invoices/{invoice['id']}", {"status": "to_review"}).status_code == 200
    expect(fr.post(f"/supplier_invoices/{invoice['id']}/reject"), 200)
    assert fr.patch(f"/supplier_invoices/{invoice['id']}", {"status": "to_review"}).status_code == 412


@pytest.mark.parametrize(
    ("action", "body", "pointer"),
    [
        ("mark_as_paid", {"payment_date": "2199-01-01"}, "payment_date"),
        ("mark_as_paid", {"supplier_invoice": {"payment_date": "yesterday"}}, "payment_date"),
        ("mark_as_paid", {"payment_date": 20_000}, "payment_date"),
        ("reject", {"declined_note": "x" * 1001}, "declined_note"),
        ("reject", {"declined_note": "\x00"}, "declined_note"),
        ("reject", {"declined_reason_code": "because"}, "declined_reason_code"),
    ],
)
def test_a_wrong_value_is_422(fr: Api, action: str, body: dict[str, Any], pointer: str) -> None:
    invoice = uploaded(fr)
    fault = expect(fr.post(f"/supplier_invoices/{invoice['id']}/{action}", body), 422)["errors"][0]
    assert fault["source"]["pointer"].endswith(pointer)
    assert fr.get(f"/supplier_invoices/{invoice['id']}").json()["supplier_invoice"] == invoice


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"status": "paid"}, "status"),
        ({"total_amount": {"value": "1.234", "currency": "EUR"}}, "total_amount/value"),
        ({"total_amount": {"value": "1e9", "currency": "EUR"}}, "total_amount/value"),
        ({"total_amount": {"value": "٣", "currency": "EUR"}}, "total_amount/value"),
        ({"total_amount": {"value": "1", "currency": "EUR"}, "payable_amount": {"value": "1", "currency": "USD"}},
         "payable_amount/currency"),
        ({"taxes": [{"tax_rate": "20", "tax_amount": {"value": "1", "currency": "EUR"}}]}, "taxes/0/tax_rate"),
        ({"iban": "FR7630006000011234567890188"}, "iban"),
        ({"issue_date": "2026-13-01"}, "issue_date"),
        ({"supplier_name": "a\nb"}, "supplier_name"),
        ({"attachment_category": "LETTER"}, "attachment_category"),
    ],
)  # fmt: skip
def test_a_wrong_change_is_422_and_changes_nothing(fr: Api, body: dict[str, Any], pointer: str) -> None:
    invoice = uploaded(fr)
    fault = expect(fr.patch(f"/supplier_invoices/{invoice['id']}", body), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert fr.get(f"/supplier_invoices/{invoice['id']}").json()["supplier_invoice"] == invoice


def test_a_change_answers_with_warnings(fresh: Api) -> None:
    known = {"supplier_name": "Dupont", "iban": "DE89370400440532013000", "invoice_number": "A-1"}
    uploaded(fresh, **known)
    second = uploaded(fresh)
    changed = {"supplier_invoice": {**known, "iban": "FR7630006000011234567890189"}}
    answer = expect(fresh.patch(f"/supplier_invoices/{second['id']}", changed), 200)
    assert {each["code"] for each in answer["warnings"]} == {"iban_changed", "duplicate_invoice"}
    assert answer["supplier_invoice"]["has_duplicates"] is True
    assert answer["supplier_invoice"]["iban_changed_from"] == "DE89370400440532013000"


@pytest.mark.parametrize(
    "params",
    [
        {"filter[status]": "to_pay,archived"},
        {"filter[status]": ["to_pay", "archived"]},
        {"filter[status][]": ["to_pay", "archived"]},
    ],
)
def test_statuses_in_every_spelling(new_organization: NewOrganization, params: dict[str, Any]) -> None:
    api = new_organization("FR")
    kept = [uploaded(api, status=status)["id"] for status in ("to_pay", "archived")]
    uploaded(api)
    assert ids(api, **params) == kept[::-1]


def test_lists_are_25_a_page_and_newest_first(fresh: Api) -> None:
    made = []
    for _ in range(2):
        form = [(FILE, (f"{n}.pdf", pdf())) for n in range(14)]
        made += [each["id"] for each in expect(bulk(fresh, *form), 200)["supplier_invoices"]]
    first = expect(fresh.get("/supplier_invoices"), 200)
    assert first["meta"] == {
        "current_page": 1, "next_page": 2, "prev_page": None, "total_pages": 2, "total_count": 28, "per_page": 25,
    }  # fmt: skip
    assert [each["id"] for each in first["supplier_invoices"]] + ids(fresh, page=2) == made[::-1]
    assert (
        ids(fresh, per_page=100, sort_by="created_at:asc") == made == ids(fresh, per_page=100, sort_by="created_at_asc")
    )


def test_named_days_are_the_organizations(fresh: Api) -> None:
    invoice = uploaded(fresh, issue_date=fresh.today)
    for name in ("today", "this_week", "this_month", fresh.today):
        assert ids(fresh, **{"filter[issue_date]": name}) == [invoice["id"]]
    for name in ("yesterday", "past_week", "past_month", "2020-01-01"):
        assert ids(fresh, **{"filter[issue_date]": name}) == []
    assert ids(fresh, **{"filter[due_date]": "missing_date"}) == [invoice["id"]]
    expect(fresh.patch(f"/supplier_invoices/{invoice['id']}", {"due_date": fresh.today}), 200)
    assert ids(fresh, **{"filter[due_date]": "past_and_today"}) == [invoice["id"]]
    assert ids(fresh, **{"filter[due_date]": "future"}) == []
    for name in ("filter[attachment_id]", "filter[attachment_id][]", "filter[attachment_ids][]"):
        assert ids(fresh, **{name: invoice["attachment_id"].upper()}) == [invoice["id"]]
        assert ids(fresh, **{name: "nonsense\x00"}) == []


@pytest.mark.parametrize(
    "params",
    [
        {"filter[status]": "unpaid"}, {"filter[due_date]": "tomorrow"}, {"filter[issue_date]": "next_week"},
        {"filter[issue_date]": "2026-02-30"}, {"filter[payment_date]": "0"}, {"filter[issue_date_from]": "soon"},
        {"filter[created_at_from]": "x"}, {"filter[payable_amount]": "100"},
        {"filter[payable_amount]": "lte:100,00:EUR"}, {"filter[document_type]": "receipts"},
        {"filter[source]": "fax"}, {"filter[missing_data]": "maybe"}, {"filter[overdue_days]": "-1"},
        {"filter[overdue_days]": "60 days"}, {"query": "a", "query_fields": "iban"}, {"sort_by": "iban:asc"},
        {"filter[unpaid_days]": "-1"},
        {"sort_by": "due_date:up"}, {"per_page": "101"}, {"page": "0"}, {"query": "a\x00"},
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_400_and_named(fr: Api, params: dict[str, str]) -> None:
    fault = expect(fr.get("/supplier_invoices", **params), 400)["errors"][0]
    assert fault["source"]["parameter"] in params


def test_unknown_parameters_are_ignored(fr: Api) -> None:
    assert fr.get("/supplier_invoices", **{"filter[]": "{'a': 1}", "filter[color]": "red"}).status_code == 200


@pytest.mark.parametrize("method", ["get", "patch", "delete", "put"])
def test_bulk_is_no_id(fr: Api, method: str) -> None:
    answer = fr.http.request(method, "/v2/supplier_invoices/bulk", json=None if method == "get" else {})
    assert answer.status_code in (404, 405)
    assert answer.json()["errors"][0]["code"]


def test_an_absent_one_is_404(fr: Api, de: Api) -> None:
    theirs = uploaded(de)["id"]
    for invoice_id in (theirs, "00000000-0000-7000-8000-000000000000", "nonsense", "%00"):
        for answer in (
            fr.get(f"/supplier_invoices/{invoice_id}"), fr.patch(f"/supplier_invoices/{invoice_id}", {}),
            fr.post(f"/supplier_invoices/{invoice_id}/mark_as_paid"),
            fr.post(f"/supplier_invoices/{invoice_id}/reject"),
            fr.post(f"/supplier_invoices/{invoice_id}/unmark_as_paid"),
        ):  # fmt: skip
            assert expect(answer, 404)["errors"][0]["code"] == "not_found"


def test_reading_and_writing_have_scopes_of_their_own(fr: Api) -> None:
    invoice = uploaded(fr)["id"]
    reader = make_token(fr.organization, fr.server.data, "supplier_invoice.read")
    with fr.server.http(Authorization=f"Bearer {reader}") as http:
        assert http.get(f"/v2/supplier_invoices/{invoice}").status_code == 200
        assert http.post(f"/v2/supplier_invoices/{invoice}/reject").status_code == 403
        data = pdf("of somebody who may only read")
        assert http.post("/v2/supplier_invoices/bulk", files={FILE: ("1.pdf", data)}).status_code == 403
    assert not [path for path in Path(fr.server.data, "files").glob("*/*") if path.read_bytes() == data]
    with fr.server.http() as nobody:
        assert nobody.get("/v2/supplier_invoices").status_code == 401


def test_answers_are_what_the_description_says(fr: Api) -> None:
    with fr.server.http() as nobody:
        described = nobody.get("/openapi.json").json()
    schema = {**described["paths"]["/v2/supplier_invoices"]["get"]["responses"]["200"]["content"]["application/json"]}
    validator = Draft202012Validator({**schema["schema"], "components": described["components"]})
    uploaded(fr, supplier_name="Dupont", total_amount={"value": "1", "currency": "EUR"}, issue_date="2026-01-01",
             taxes=[{"tax_rate": "0.2", "tax_amount": {"value": "0.17", "currency": "EUR"}}])  # fmt: skip
    uploaded(fr)
    assert [fault.message for fault in validator.iter_errors(fr.get("/supplier_invoices").json())] == []
