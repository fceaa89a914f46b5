"""/v2/quotes: both envelopes, percent and fractions, filters, and every refusal."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from counterfoil.app import House
from counterfoil.cli.initialize import house_settings
from counterfoil.operations import quotes
from counterfoil.operations.work import Actor
from tests.conftest import NewOrganization
from tests.contract.schema import INVOICE, META, faults_of, money_twins
from tests.support import databases
from tests.support.quotes import LETTER, LINE, QUOTE, new_quote, quote_body, quote_of
from tests.support.server import Api, Server, expect, make_token

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def client_id(fr: Api) -> str:
    return str(fr.client()["id"])


def answered(api: Api, quote_id: str, *, is_accepted: bool) -> None:
    """The client's answer, as the public page gives it."""
    house = House(house_settings(api.server.data, **databases.settings_of(api.server.data)))
    try:
        with house.works.write(Actor(api.organization.id, "public_page")) as work:
            row = quotes.get(work, quote_id)
            if is_accepted:
                seen = quotes.document_hash(row)
                quotes.accept(work, row, name="Ada Martin", has_read_terms=True, seen_hash=seen)
            else:
                quotes.decline(work, row, "Ada Martin", "Trop cher")
    finally:
        house.close()


def fault(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The only fault of a refusal; its first level says the same where the API documents a bare error."""
    body = expect(answer, status)
    (only,) = body["errors"]
    assert only["meta"]["fix"]
    return dict(only)


def pointer(answer: httpx.Response) -> tuple[str, str]:
    only = fault(answer, 422)
    return only["code"], only["source"]["pointer"].removeprefix("/data/attributes/")


# Answers


def test_a_new_quote_is_answered_bare_and_wrapped(fr: Api, client_id: str) -> None:
    answer = fr.post("/quotes", quote_body(fr, client_id=client_id))
    body = expect(answer, 201)
    quote = body["quote"]
    assert faults_of(QUOTE, quote) == []
    assert money_twins(quote) == []
    assert {name: body[name] for name in quote} == quote
    assert set(body) == {*quote, "quote", "warnings"}
    assert (quote["status"], quote.get("attachment_id")) == ("pending_approval", None)
    assert (quote["total_amount"]["value"], quote["items"][0]["vat_rate"]) == ("240.00", "0.2")
    assert quote["quote_url"].startswith(f"{fr.server.url}/q/")


def test_get_and_patch_answer_both_ways_too(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id)
    got = expect(fr.get(f"/quotes/{made['id']}"), 200)
    assert got == {**made, "quote": made}
    patched = expect(fr.patch(f"/quotes/{made['id']}", {"header": "Bonjour"}), 200)
    assert (patched["header"], patched["quote"]["header"]) == ("Bonjour", "Bonjour")
    assert set(patched) == {*patched["quote"], "quote", "warnings"}
    assert faults_of(QUOTE, patched["quote"]) == []


def test_a_body_may_be_wrapped(fr: Api, client_id: str) -> None:
    made = expect(fr.post("/quotes", {"quote": quote_body(fr, client_id=client_id)}), 201)["quote"]
    path = f"/quotes/{made['id']}"
    assert expect(fr.patch(path, {"quote": {"footer": "Merci"}}), 200)["footer"] == "Merci"


def test_percent_and_fraction_are_one(fr: Api, client_id: str) -> None:
    discount = {"type": "percentage", "value": "10"}
    percent = new_quote(fr, client_id=client_id, items=[{**LINE, "discount": discount}], discount=discount)
    discount = {"type": "percentage", "value": "0.1"}
    line = {**LINE, "vat_rate": "0.2", "discount": discount, "currency": "EUR"}
    fraction = new_quote(fr, client_id=client_id, items=[line], discount=discount)
    same = ("items", "discount", "total_amount", "vat_amount", "vat_breakdown")
    assert {name: percent[name] for name in same} == {name: fraction[name] for name in same}
    assert (percent["discount"]["value"], percent["total_amount"]["value"]) == ("0.1", "194.40")


def test_what_it_answers_can_be_sent_back(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id, discount={"type": "percentage", "value": "100"})
    again = expect(fr.patch(f"/quotes/{made['id']}", {name: made[name] for name in ("items", "discount")}), 200)
    assert (again["items"], again["discount"]) == (made["items"], made["discount"])


def test_a_rate_of_exactly_one_is_one_hundred_percent_and_doubtful(fr: Api, client_id: str) -> None:
    body = expect(fr.post("/quotes", quote_body(fr, client_id=client_id, items=[{**LINE, "vat_rate": "1"}])), 201)
    assert (body["items"][0]["vat_rate"], body["vat_amount"]["value"]) == ("1", "200.00")
    assert [warning["code"] for warning in body["warnings"]] == ["illegal_vat_rate"]


@pytest.mark.parametrize("name", ["vat_exemption_code", "vat_exemption_reason"])
def test_a_reason_is_answered_under_both_names(fr: Api, client_id: str, name: str) -> None:
    item = new_quote(fr, client_id=client_id, items=[{**LINE, "vat_rate": "0", name: "S261"}])["items"][0]
    assert (item["vat_exemption_code"], item["vat_exemption_reason"]) == ("S261", "S261")


def test_other_countries_say_more(it: Api, freelancer: Api) -> None:
    italian = {"welfare_fund": {"type": "TC22", "rate": "0.04"}, "stamp_duty_amount": "2.00",
               "items": [{**LINE, "vat_rate": "0", "vat_exemption_code": "N4"}]}  # fmt: skip
    made = new_quote(it, **italian)
    assert faults_of(QUOTE, made) == []
    assert (made["welfare_fund"]["amount"], made["stamp_duty_amount"]) == ("8.00", "2.00")
    withheld = new_quote(freelancer, withholding_tax={"rate": "0.15"}, items=[{**LINE, "vat_rate": "21"}])
    assert (withheld["total_amount"]["value"], withheld["amount_due"]["value"]) == ("242.00", "212.00")


def test_a_repeated_call_makes_one_quote(fresh: Api) -> None:
    body, key = quote_body(fresh), {"X-Qonto-Idempotency-Key": "one"}
    first, again = fresh.post("/quotes", body, **key), fresh.post("/quotes", body, **key)
    assert (again.status_code, again.text) == (201, first.text)
    assert expect(fresh.get("/quotes"), 200)["meta"]["total_count"] == 1


def test_a_dry_run_takes_no_number(fresh: Api) -> None:
    body = quote_body(fresh)
    dry = expect(fresh.post("/quotes", body, **{"X-Dry-Run": "true"}), 201)
    assert expect(fresh.post("/quotes", body), 201)["number"] == dry["number"]


# The list


def test_the_list_is_newest_first_and_in_pages(fresh: Api) -> None:
    client = fresh.client()["id"]
    made = [new_quote(fresh, client_id=client) for _ in range(3)]
    assert [quote["number"][-3:] for quote in made] == ["001", "002", "003"]
    body = expect(fresh.get("/quotes", per_page=2), 200)
    assert faults_of(META, body["meta"]) == []
    assert (body["quotes"], body["meta"]["total_count"], body["meta"]["next_page"]) == ([made[2], made[1]], 3, 2)
    assert expect(fresh.get("/quotes", per_page=2, page=2), 200)["quotes"] == [made[0]]
    assert expect(fresh.get("/quotes", sort_by="created_at:asc"), 200)["quotes"] == made
    assert expect(fresh.get("/quotes", page=9), 200)["quotes"] == []


def test_the_list_is_filtered(fresh: Api) -> None:
    acme, other = fresh.client(name="ACME")["id"], fresh.client()["id"]
    waiting, accepted, declined = (new_quote(fresh, client_id=acme) for _ in range(3))
    sent = new_quote(fresh, client_id=other, number="OFFRE-1")
    answered(fresh, accepted["id"], is_accepted=True)
    answered(fresh, declined["id"], is_accepted=False)
    assert fresh.post(f"/quotes/{sent['id']}/send", LETTER).status_code == 204
    names = {waiting["id"]: "waiting", accepted["id"]: "accepted", declined["id"]: "declined", sent["id"]: "sent"}

    def found(**query: Any) -> list[str]:
        return [names[quote["id"]] for quote in expect(fresh.get("/quotes", **query), 200)["quotes"]]

    assert found(**{"filter[status]": "pending_approval"}) == ["sent", "waiting"]
    assert found(**{"filter[status]": "approved,canceled"}) == ["declined", "accepted"]
    assert found(**{"filter[status][]": ["approved", "canceled"], "sort_by": "created_at:asc"}) == [
        "accepted", "declined",
    ]  # fmt: skip
    assert found(**{"filter[client_id]": acme.upper(), "filter[is_sent]": "false", "per_page": 1}) == ["declined"]
    assert found(**{"filter[is_sent]": "true"}) == ["sent"]
    assert found(**{"filter[number]": "OFFRE-1"}) == ["sent"]
    assert found(**{"filter[created_at_from]": accepted["created_at"]}) == ["sent", "declined", "accepted"]
    assert found(**{"filter[created_at_to]": waiting["created_at"]}) == ["waiting"]
    assert found(**{"filter[unknown]": "x"}) == ["sent", "declined", "accepted", "waiting"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"filter[status]": "draft"}, "not_in_list"), ({"sort_by": "number:asc"}, "not_in_list"),
        ({"filter[is_sent]": "maybe"}, "not_in_list"), ({"filter[created_at_from]": "yesterday"}, "bad_request"),
        ({"page": "0"}, "bad_request"), ({"per_page": "101"}, "bad_request"),
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(fr: Api, query: dict[str, str], code: str) -> None:
    only = fault(fr.get("/quotes", **query), 400)
    assert (only["code"], only["source"]["parameter"]) == (code, next(iter(query)))


# Refusals


def test_broken_json_and_no_body(fr: Api) -> None:
    headers = {"Content-Type": "application/json"}
    assert fault(fr.http.post("/v2/quotes", content=b"{", headers=headers), 400)["code"] == "malformed_json"
    assert expect(fr.post("/quotes"), 422)["errors"][0]["code"] == "invalid_body"
    assert fr.http.post("/v2/quotes", content=b"x", headers={"Content-Type": "text/plain"}).status_code == 415


def test_without_a_key_and_without_the_scope(fr: Api, server: Server) -> None:
    with server.http() as nobody:
        assert nobody.get("/v2/quotes").status_code == 401
        assert nobody.post("/v2/quotes", json={}).status_code == 401
    token = make_token(fr.organization, server.data, "client_invoices.read")
    with server.http(Authorization=f"Bearer {token}") as reader:
        assert reader.get("/v2/quotes").status_code == 200
        refused = reader.post("/v2/quotes", json={})
    assert "missing required oauth scope: client_invoice.write" in fault(refused, 403)["detail"]


CALLS = [
    ("GET", "", None), ("PATCH", "", {"header": "x"}), ("DELETE", "", None), ("POST", "/send", LETTER),
    ("GET", "/emails", None), ("POST", "/convert", None),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{call[0]}{call[1]}" for call in CALLS])
def test_an_unknown_or_foreign_id_is_a_bare_404(fr: Api, de: Api, method: str, path: str, body: object) -> None:
    foreign = new_quote(de, items=[{**LINE, "vat_rate": "19"}])["id"]
    for quote_id in (UNKNOWN, foreign, "no-uuid"):
        sent = {} if body is None else {"json": body}
        answer = expect(fr.http.request(method, f"/v2/quotes/{quote_id}{path}", **sent), 404)
        assert (answer["code"], answer["source"]) == ("not_found", {"parameter": "id"})
        assert answer["errors"][0] == {name: answer[name] for name in ("code", "detail", "source", "status", "meta")}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"client_id": ...}, "missing_value", "client_id"), ({"issue_date": ...}, "missing_value", "issue_date"),
    ({"expiry_date": ...}, "missing_value", "expiry_date"), ({"currency": ...}, "missing_value", "currency"),
    ({"terms_and_conditions": ...}, "missing_value", "terms_and_conditions"),
    ({"items": ...}, "missing_value", "items"), ({"items": []}, "invalid_format", "items"),
    ({"client_id": UNKNOWN}, "invalid_client_id", "client_id"),
    ({"client_id": "x"}, "invalid_format", "client_id"), ({"currency": "USD"}, "invalid_currency", "currency"),
    ({"issue_date": "2026-02-30"}, "invalid_format", "issue_date"),
    ({"expiry_date": "2020-01-01"}, "invalid_expiry_date", "expiry_date"),
    ({"terms_and_conditions": "x" * 3001}, "too_long", "terms_and_conditions"),
    ({"header": "x" * 1001}, "too_long", "header"), ({"footer": "x" * 1001}, "too_long", "footer"),
    ({"number": "x" * 41}, "too_long", "number"), ({"number": " "}, "invalid_number", "number"),
    ({"header": "a\x00"}, "invalid_text", "header"), ({"upload_id": UNKNOWN}, "invalid_upload_id", "upload_id"),
    ({"items": [{**LINE, "vat_rate": "0"}]}, "missing_vat_exemption_reason", "items/0/vat_exemption_reason"),
    ({"items": [{**LINE, "vat_rate": "0", "vat_exemption_code": "X"}]}, "not_in_list", "items/0/vat_exemption_code"),
    ({"items": [{**LINE, "vat_rate": "101"}]}, "invalid_vat_rate", "items/0/vat_rate"),
    ({"items": [{**LINE, "vat_rate": "20%"}]}, "invalid_format", "items/0/vat_rate"),
    ({"items": [{**LINE, "currency": "USD"}]}, "invalid_currency", "items/0/currency"),
    ({"discount": {"type": "percentage", "value": "101"}}, "invalid_discount_value", "discount/value"),
    ({"discount": {"type": "absolute", "value": "201"}}, "invalid_discount_value", "discount/value"),
    ({"discount": {"type": "half", "value": "1"}}, "not_in_list", "discount/type"),
    ({"welfare_fund": {"type": "TC01", "rate": "0.04"}}, "field_not_available_in_country", "welfare_fund"),
    ({"stamp_duty_amount": "2.00"}, "field_not_available_in_country", "stamp_duty_amount"),
    ({"withholding_tax": {"rate": "0.15"}}, "field_not_available_in_country", "withholding_tax"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "field"), WRONG)
def test_a_wrong_value_is_refused(fr: Api, client_id: str, change: dict[str, Any], code: str, field: str) -> None:
    assert pointer(fr.post("/quotes", quote_body(fr, **{"client_id": client_id, **change}))) == (code, field)
    is_missing = ... in change.values()
    if field not in ("client_id",) and not is_missing:
        made = new_quote(fr, client_id=client_id)
        assert pointer(fr.patch(f"/quotes/{made['id']}", change)) == (code, field)
        assert quote_of(fr, made["id"]) == made


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"status": "approved"}, "read_only", "status"), ({"client_id": UNKNOWN}, "read_only", "client_id"),
        ({"expiry_date": None}, "missing_value", "expiry_date"), ({"items": None}, "missing_value", "items"),
    ],
)  # fmt: skip
def test_what_cannot_be_patched(fr: Api, client_id: str, change: dict[str, Any], code: str, field: str) -> None:
    assert pointer(fr.patch(f"/quotes/{new_quote(fr, client_id=client_id)['id']}", change)) == (code, field)


def test_a_number_that_is_taken(fresh: Api) -> None:
    new_quote(fresh, number="OFFRE-1")
    assert fault(fresh.post("/quotes", quote_body(fresh, number="OFFRE-1")), 409)["code"] == (
        "quote_number_already_exists"
    )
    other = new_quote(fresh)
    assert fresh.patch(f"/quotes/{other['id']}", {"number": "OFFRE-1"}).status_code == 409
    assert fresh.issued(number="OFFRE-1")["number"] == "OFFRE-1"


def test_numbers_by_hand(new_organization: NewOrganization) -> None:
    api = new_organization("FR", legal_name="Main SARL", numbering_mode="manual")
    assert pointer(api.post("/quotes", quote_body(api))) == ("missing_number", "number")
    assert new_quote(api, number="2026-A")["number"] == "2026-A"


@pytest.mark.parametrize(("is_accepted", "status"), [(True, "approved"), (False, "canceled")])
def test_an_answered_quote_is_closed(fr: Api, client_id: str, is_accepted: bool, status: str) -> None:
    made = new_quote(fr, client_id=client_id)
    answered(fr, made["id"], is_accepted=is_accepted)
    shown = quote_of(fr, made["id"])
    assert faults_of(QUOTE, shown) == []
    assert shown["status"] == status
    assert bool(shown["approved_at"]) is is_accepted is not bool(shown["canceled_at"])
    path = f"/quotes/{made['id']}"
    assert fault(fr.patch(path, {"header": "x"}), 412)["code"] == f"quote_already_{status}"
    assert fault(fr.delete(path), 412)["code"] == f"quote_already_{status}"
    assert fr.post(f"{path}/send", LETTER).status_code == (204 if is_accepted else 412)
    assert fr.post(f"{path}/convert").status_code == (200 if is_accepted else 412)


def test_patch_never_waits_for_the_pdf(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id)
    assert "attachment_id" not in quote_of(fr, made["id"])
    for text in ("un", "deux", "trois"):
        assert expect(fr.patch(f"/quotes/{made['id']}", {"header": text}), 200)["header"] == text


# Deleting and sending


def test_delete(fresh: Api) -> None:
    made = new_quote(fresh)
    answer = fresh.delete(f"/quotes/{made['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert fresh.get(f"/quotes/{made['id']}").status_code == 404
    assert new_quote(fresh)["number"] == made["number"]


def test_a_sent_quote_is_kept_and_says_so(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id)
    path = f"/quotes/{made['id']}"
    answer = fr.post(f"{path}/send", LETTER)
    assert (answer.status_code, answer.content) == (204, b"")
    assert quote_of(fr, made["id"])["is_sent"] is True
    (email,) = expect(fr.get(f"{path}/emails"), 200)["emails"]
    assert (email["status"], email["send_to"]) == ("queued", LETTER["send_to"])
    assert fault(fr.delete(path), 412)["code"] == "quote_already_sent"
    assert expect(fr.patch(path, {"header": "Nouveau"}), 200)["is_sent"] is True


@pytest.mark.parametrize(
    ("letter", "field"),
    [
        ({**LETTER, "send_to": []}, "send_to"), ({**LETTER, "send_to": ["no"]}, "send_to/0"),
        ({"send_to": LETTER["send_to"]}, "email_title"), ({**LETTER, "email_title": "a\r\nBcc: b"}, "email_title"),
    ],
)  # fmt: skip
def test_a_wrong_letter_is_refused(fr: Api, client_id: str, letter: dict[str, Any], field: str) -> None:
    made = new_quote(fr, client_id=client_id)
    assert pointer(fr.post(f"/quotes/{made['id']}/send", letter))[1] == field
    assert quote_of(fr, made["id"])["is_sent"] is False
    assert fr.delete(f"/quotes/{made['id']}").status_code == 204


def test_sending_without_a_body_says_eof(fr: Api, client_id: str) -> None:
    path = f"/quotes/{new_quote(fr, client_id=client_id)['id']}/send"
    (only,) = expect(fr.post(path), 422)["errors"]
    assert (only["code"], only["detail"]) == ("invalid_body", "EOF")
    missing = expect(fr.post(path, {}), 422)["errors"]
    assert {each["source"]["pointer"].rsplit("/", 1)[1] for each in missing} == {"send_to", "email_title"}


# Invoices made from it


def test_convert_makes_a_draft(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id, header="Bonjour", discount={"type": "percentage", "value": "10"})
    body = expect(fr.post(f"/quotes/{made['id']}/convert"), 200)
    invoice = body["client_invoice"]
    assert faults_of(INVOICE, invoice) == []
    assert (invoice["status"], invoice["quote_id"], body["warnings"]) == ("draft", made["id"], [])
    assert (invoice["header"], invoice["total_amount"]) == (made["header"], made["total_amount"])
    assert quote_of(fr, made["id"])["invoice_ids"] == [invoice["id"]]
    again = fault(fr.post(f"/quotes/{made['id']}/convert"), 412)
    assert (again["code"], again["meta"]["invoice_ids"]) == ("quote_already_invoiced", [invoice["id"]])
    second = expect(fr.post(f"/quotes/{made['id']}/convert?again=true", {"due_date": "2099-01-01"}), 200)
    assert second["client_invoice"]["due_date"] == "2099-01-01"
    assert [warning["code"] for warning in second["warnings"]] == ["quote_already_invoiced"]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"status": "unpaid"}, "status"), ({"issue_date": "soon"}, "issue_date"), ({"due_date": 1}, "due_date")],
)
def test_a_wrong_conversion(fr: Api, client_id: str, body: dict[str, Any], field: str) -> None:
    made = new_quote(fr, client_id=client_id)
    assert pointer(fr.post(f"/quotes/{made['id']}/convert", body))[1] == field
    only = fault(fr.post(f"/quotes/{made['id']}/convert?again=perhaps"), 400)
    assert (only["code"], only["source"]["parameter"]) == ("not_in_list", "again")
    assert quote_of(fr, made["id"])["invoice_ids"] == []


def test_quote_id_on_a_new_invoice(fr: Api, client_id: str) -> None:
    made = new_quote(fr, client_id=client_id)
    invoice = fr.draft(client_id=client_id, quote_id=made["id"], items=[], status=...)
    assert (invoice["status"], invoice["quote_id"]) == ("draft", made["id"])
    assert invoice["total_amount"] == made["total_amount"]
    assert fr.invoice(invoice["id"])["quote_id"] == made["id"]
    assert fr.delete(f"/client_invoices/{invoice['id']}").status_code == 204
    assert quote_of(fr, made["id"])["invoice_ids"] == []


def test_an_invoice_of_the_wrong_quote(fr: Api, client_id: str) -> None:
    made = new_quote(fr)
    assert pointer(fr.create(client_id=client_id, quote_id=UNKNOWN)) == ("invalid_quote_id", "quote_id")
    assert pointer(fr.create(client_id=client_id, quote_id="x")) == ("invalid_format", "quote_id")
    assert pointer(fr.create(client_id=client_id, quote_id=made["id"])) == ("invalid_client_id", "client_id")
    declined = new_quote(fr, client_id=client_id)
    answered(fr, declined["id"], is_accepted=False)
    refused = fault(fr.create(client_id=client_id, quote_id=declined["id"]), 412)
    assert refused["code"] == "quote_already_canceled"
