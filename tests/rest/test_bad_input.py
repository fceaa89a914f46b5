"""Bad input, a test a case: status, code, where it is, how to mend it, and that nothing was half-written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import NewOrganization
from tests.support.server import Api, expect

ApiOf = Callable[[str], Api]
UNKNOWN = "01a20000-0000-7000-8000-000000000000"


@dataclass(frozen=True)
class Bench:
    """An organization and a client of it, to try bad bodies on."""

    api: Api
    client_id: str

    def create(self, **more: Any) -> httpx.Response:
        """A create call that would issue an invoice at once, but for what `more` breaks."""
        return self.api.create(**{"status": "unpaid", "client_id": self.client_id, **more})

    def state(self) -> tuple[int, str]:
        """How many documents there are, and the number that the next one gets."""
        dry = self.api.post(
            "/client_invoices",
            self.api.invoice_body(status="unpaid", client_id=self.client_id),
            **{"X-Dry-Run": "true"},
        )
        return self.api.count(), expect(dry, 200)["client_invoice"]["number"]

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        before = self.state()
        yield
        assert self.state() == before


@pytest.fixture(scope="module")
def bench(new_organization: NewOrganization) -> Bench:
    api = new_organization("FR", legal_name="Banc SARL")
    return Bench(api, api.client()["id"])


@pytest.fixture(scope="module")
def italian(new_organization: NewOrganization) -> Bench:
    api = new_organization("IT", legal_name="Banco S.r.l.")
    return Bench(api, api.client()["id"])


def fault(answer: httpx.Response, status: int, code: str, pointer: str | None = None) -> dict[str, Any]:
    """The fault with this code, checked for its place and for a word on how to mend it."""
    body = expect(answer, status)
    found = [each for each in body["errors"] if each["code"] == code]
    assert found, body
    assert found[0]["status"] == str(status)
    assert found[0]["detail"]
    assert found[0]["meta"]["fix"]
    if pointer is not None:
        assert [each["source"]["pointer"] for each in found] == [f"/data/attributes/{pointer}"]
    return dict(found[0])


def test_unknown_and_foreign_clients_are_one_answer(bench: Bench, italian: Bench) -> None:
    with bench.unchanged():
        unknown = fault(bench.create(client_id=UNKNOWN), 422, "invalid_client_id", "client_id")
        foreign = fault(bench.create(client_id=italian.client_id), 422, "invalid_client_id", "client_id")
        assert unknown == foreign


def test_a_deleted_client_is_unknown(bench: Bench) -> None:
    client = bench.api.client()
    bench.api.delete(f"/clients/{client['id']}")
    with bench.unchanged():
        fault(bench.create(client_id=client["id"]), 422, "invalid_client_id", "client_id")


def test_a_client_without_currency(bench: Bench) -> None:
    client = bench.api.client(currency=...)
    with bench.unchanged():
        found = fault(bench.create(client_id=client["id"]), 422, "client_without_currency", "client_id")
        assert client["id"] in found["meta"]["fix"]


def test_a_client_with_another_currency(bench: Bench) -> None:
    client = bench.api.client(currency="CHF")
    with bench.unchanged():
        fault(bench.create(client_id=client["id"]), 422, "invalid_currency", "client_id")


@pytest.mark.parametrize("address", [..., {"country_code": "FR"}, {"city": "Lyon"}])
def test_a_client_without_address(bench: Bench, address: Any) -> None:
    client = bench.api.client(billing_address=address)
    with bench.unchanged():
        fault(bench.create(client_id=client["id"]), 422, "client_without_address", "client_id")


@pytest.mark.parametrize("iban", ["DE89370400440532013000", "FR7630006000011234567890188", "none", "", "  "])
def test_an_iban_that_is_not_the_organizations(bench: Bench, iban: str) -> None:
    with bench.unchanged():
        answer = bench.create(payment_methods={"iban": iban})
        found = fault(answer, 422, "invalid_iban", "payment_methods/iban")
        if not iban.strip():
            assert found["detail"] == "IBAN is empty"


@pytest.mark.parametrize("currency", ["USD", "eur", "", "EURO"])
def test_a_currency_other_than_the_euro(bench: Bench, currency: str) -> None:
    with bench.unchanged():
        body = expect(bench.create(currency=currency), 422)
        assert [each["source"]["pointer"] for each in body["errors"]] == ["/data/attributes/currency"]
        assert body["errors"][0]["meta"]["fix"]


def test_a_line_in_another_currency(bench: Bench) -> None:
    line = bench.api.item(unit_price={"value": "1.00", "currency": "USD"})
    with bench.unchanged():
        answer = bench.create(items=[bench.api.item(), line])
        fault(answer, 422, "invalid_currency", "items/1/unit_price/currency")


def test_an_end_date_without_a_start(bench: Bench) -> None:
    with bench.unchanged():
        answer = bench.create(performance_end_date="2026-03-31")
        fault(answer, 422, "missing_performance_start_date", "performance_start_date")


def test_an_end_date_before_the_start(bench: Bench) -> None:
    with bench.unchanged():
        answer = bench.create(performance_start_date="2026-04-01", performance_end_date="2026-03-31")
        fault(answer, 422, "invalid_performance_end_date", "performance_end_date")


def test_a_number_that_is_used_already(bench: Bench) -> None:
    bench.api.issued(number="TAKEN-1", client_id=bench.client_id)
    with bench.unchanged():
        for status in ("unpaid", "draft"):
            fault(bench.create(number="TAKEN-1", status=status), 409, "invoice_number_already_exists", "number")
    draft = bench.api.draft(client_id=bench.client_id)
    answer = bench.api.patch(f"/client_invoices/{draft['id']}", {"number": "TAKEN-1"})
    fault(answer, 409, "invoice_number_already_exists", "number")


@pytest.mark.parametrize("number", ["", "  ", " A-1", "F-2026-001-PROFORMA", "a\tb"])
def test_a_number_that_could_not_be_told_apart(bench: Bench, number: str) -> None:
    with bench.unchanged():
        body = expect(bench.create(number=number), 422)
        assert [each["source"]["pointer"] for each in body["errors"]] == ["/data/attributes/number"]
        assert body["errors"][0]["meta"]["fix"]


def test_a_missing_number_in_manual_mode(new_organization: NewOrganization) -> None:
    api = new_organization("FR", legal_name="Manuel SARL", numbering_mode="manual")
    for status in ("draft", "unpaid"):
        fault(api.create(status=status), 422, "missing_number", "number")
    assert api.count() == 0


@pytest.mark.parametrize(("field", "limit"), [("purchase_order", 40), ("terms_and_conditions", 525), ("header", 1000)])
def test_over_long_texts(bench: Bench, field: str, limit: int) -> None:
    with bench.unchanged():
        found = fault(bench.create(**{field: "x" * (limit + 1)}), 422, "too_long", field)
        assert str(limit) in found["detail"]


def test_empty_items_are_a_draft_but_no_invoice(bench: Bench) -> None:
    with bench.unchanged():
        fault(bench.create(items=[]), 422, "missing_items", "items")
    draft = bench.api.draft(items=[], client_id=bench.client_id)
    assert draft["items"] == []
    fault(bench.api.post(f"/client_invoices/{draft['id']}/finalize"), 422, "missing_items", "items")
    assert bench.api.invoice(draft["id"])["status"] == "draft"


@pytest.mark.parametrize(
    ("rate", "hint"), [("20", '"0.2"'), ("5.5", '"0.055"'), ("1.1", '"0.011"'), ("19.0", '"0.19"')]
)
def test_a_vat_rate_in_percent_is_refused_with_the_fraction(bench: Bench, rate: str, hint: str) -> None:
    with bench.unchanged():
        answer = bench.create(items=[bench.api.item(vat_rate=rate)])
        assert hint in fault(answer, 422, "invalid_vat_rate", "items/0/vat_rate")["meta"]["fix"]


@pytest.mark.parametrize("rate", ["101", "-0.2"])
def test_a_vat_rate_beyond_any_percentage(bench: Bench, rate: str) -> None:
    with bench.unchanged():
        body = expect(bench.create(items=[bench.api.item(vat_rate=rate)]), 422)
        assert body["errors"][0]["source"]["pointer"] == "/data/attributes/items/0/vat_rate"
        assert '"0.2"' in body["errors"][0]["meta"]["fix"]


@pytest.mark.parametrize("rate", ["0", "0.00"])
@pytest.mark.parametrize("reason", [..., None, ""])
def test_no_vat_needs_a_reason(bench: Bench, rate: str, reason: Any) -> None:
    with bench.unchanged():
        answer = bench.create(items=[bench.api.item(vat_rate=rate, vat_exemption_reason=reason)])
        found = fault(answer, 422, "missing_vat_exemption_reason", "items/0/vat_exemption_reason")
        assert "S293B" in found["meta"]["allowed"]


def test_a_reason_beside_vat_is_taken_with_a_warning(bench: Bench) -> None:
    answer = expect(bench.create(items=[bench.api.item(vat_exemption_reason="S261")]), 200)
    assert answer["client_invoice"]["vat_breakdown"][0]["vat_exemption_reason"] is None
    assert [warning["code"] for warning in answer["warnings"]] == ["exemption_reason_ignored"]


def test_a_discount_over_its_line(bench: Bench) -> None:
    line = bench.api.item(discount={"type": "absolute", "value": "100.01"})
    with bench.unchanged():
        fault(bench.create(items=[line]), 422, "invalid_discount_value", "items/0/discount/value")


def test_a_global_discount_over_the_sum(bench: Bench) -> None:
    with bench.unchanged():
        answer = bench.create(discount={"type": "absolute", "value": "100.01"})
        fault(answer, 422, "invalid_discount_value", "discount/value")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "12345678901234567890", "0x10", "1 000"])
@pytest.mark.parametrize("field", ["quantity", "price"])
def test_numbers_that_are_none(bench: Bench, field: str, value: str) -> None:
    change = {"quantity": value} if field == "quantity" else {"unit_price": {"value": value, "currency": "EUR"}}
    pointer = "items/0/quantity" if field == "quantity" else "items/0/unit_price/value"
    with bench.unchanged():
        fault(bench.create(items=[bench.api.item(**change)]), 422, "invalid_format", pointer)


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "12345678901234567890", "01", "1."])
def test_numbers_that_are_none_as_bare_json(bench: Bench, literal: str) -> None:
    body = f'{{"quantity": {literal}, "client_id": "{bench.client_id}"}}'
    with bench.unchanged():
        answer = bench.api.http.post("/v2/client_invoices", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 422)
        assert answer.json()["errors"][0]["meta"]["fix"]


def test_a_total_that_no_amount_can_hold(bench: Bench) -> None:
    line = bench.api.item(quantity="999999999", unit_price={"value": "999999999", "currency": "EUR"})
    with bench.unchanged():
        body = expect(bench.create(items=[line]), 422)
        assert body["errors"][0]["code"] == "amount_too_large"
        assert body["errors"][0]["meta"]["fix"]


@pytest.mark.parametrize("block", ["welfare_fund", "withholding_tax"])
def test_rates_of_four_to_six_characters(italian: Bench, block: str) -> None:
    more = {"type": "TC01"} if block == "welfare_fund" else {"reason": "RF01", "payment_reason": "A"}
    with italian.unchanged():
        answer = italian.create(**{block: {"rate": "0.2", **more}})
        assert '"0.20"' in fault(answer, 422, "invalid_format", f"{block}/rate")["meta"]["fix"]
    assert italian.create(status="draft", **{block: {"rate": "0.20", **more}}).status_code == 200


@pytest.mark.parametrize(("price", "status"), [("77.47", 422), ("77.48", 200)])
def test_stamp_duty_up_to_77_47(italian: Bench, price: str, status: int) -> None:
    line = italian.api.item(vat_rate="0", vat_exemption_reason="N2.2", unit_price={"value": price, "currency": "EUR"})
    answer = italian.create(status="draft", items=[line, italian.api.item()], stamp_duty_amount="2.00")
    if status == 422:
        fault(answer, 422, "stamp_duty_not_due", "stamp_duty_amount")
    else:
        expect(answer, 200)


@pytest.mark.parametrize("value", ["a\x00b", "a\x1bb", "\x7f", "a\u2028b", "\ufffe", "a\x85b"])
@pytest.mark.parametrize("field", ["header", "terms_and_conditions", "purchase_order"])
def test_control_characters(bench: Bench, field: str, value: str) -> None:
    with bench.unchanged():
        fault(bench.create(**{field: value}), 422, "invalid_text", field)


def test_line_breaks_only_where_there_are_lines(bench: Bench) -> None:
    assert expect(bench.create(status="draft", header="a\nb"), 200)["client_invoice"]["header"] == "a\nb"
    with bench.unchanged():
        fault(bench.create(purchase_order="a\nb"), 422, "invalid_text", "purchase_order")
        fault(bench.create(items=[bench.api.item(title="a\r\nb")]), 422, "invalid_text", "items/0/title")


@pytest.mark.parametrize("body", ["{", "", "{'a': 1}", '{"a": 1} x', "\xff", '{"header": "\\ud800"}', "[" * 5000])
def test_malformed_json(bench: Bench, body: str) -> None:
    with bench.unchanged():
        answer = bench.api.http.post(
            "/v2/client_invoices", content=body.encode("latin-1"), headers={"Content-Type": "application/json"}
        )
        if body:
            fault(answer, 400, "malformed_json")
        else:
            assert fault(answer, 422, "invalid_body")["detail"] == "EOF"


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null", "true"])
def test_json_that_is_no_object(bench: Bench, body: str) -> None:
    with bench.unchanged():
        answer = bench.api.http.post("/v2/client_invoices", content=body, headers={"Content-Type": "application/json"})
        fault(answer, 422, "invalid_body")


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data; boundary=x"])
def test_another_content_type(bench: Bench, media: str) -> None:
    with bench.unchanged():
        answer = bench.api.http.post("/v2/client_invoices", content=b'{"a": 1}', headers={"Content-Type": media})
        fault(answer, 415, "unsupported_media_type")


def test_a_body_over_a_megabyte(bench: Bench) -> None:
    with bench.unchanged():
        answer = bench.create(header="x" * 1_000_000)
        assert "COUNTERFOIL_MAX_BODY_BYTES" in fault(answer, 413, "payload_too_large")["meta"]["fix"]


def test_a_body_over_a_megabyte_in_pieces(bench: Bench) -> None:
    pieces = (b"x" * 65536 for _ in range(20))
    answer = bench.api.http.post("/v2/client_invoices", content=pieces, headers={"Content-Type": "application/json"})
    fault(answer, 413, "payload_too_large")


def test_over_a_thousand_items(bench: Bench) -> None:
    line = bench.api.item()
    with bench.unchanged():
        found = fault(bench.create(items=[line] * 1001), 422, "too_many_items", "items")
        assert "COUNTERFOIL_MAX_ITEMS" in found["meta"]["fix"]
    assert len(bench.api.draft(items=[line] * 1000, client_id=bench.client_id)["items"]) == 1000


@pytest.mark.parametrize("status", ["unpaid", "paid", "canceled"])
@pytest.mark.parametrize("action", ["update", "delete", "finalize"])
def test_a_finalized_invoice_does_not_change(bench: Bench, action: str, status: str) -> None:
    invoice = bench.api.issued(client_id=bench.client_id)
    if status != "unpaid":
        bench.api.act(invoice["id"], f"mark_as_{status}")
    before = bench.api.invoice(invoice["id"])
    path = f"/client_invoices/{invoice['id']}"
    answer = {
        "update": lambda: bench.api.patch(path, {"header": "x"}),
        "delete": lambda: bench.api.delete(path),
        "finalize": lambda: bench.api.post(f"{path}/finalize"),
    }[action]()
    code = "invoice_already_finalized" if action == "finalize" else "invoice_not_in_draft_status"
    assert status in fault(answer, 412, code)["detail"]
    assert bench.api.invoice(invoice["id"]) == before


@pytest.mark.parametrize(("status", "code"), [("draft", "invoice_not_finalized"), ("paid", "invoice_already_paid")])
def test_only_an_unpaid_invoice_is_canceled(bench: Bench, status: str, code: str) -> None:
    invoice = bench.api.draft(client_id=bench.client_id)
    if status == "paid":
        bench.api.act(invoice["id"], "finalize")
        bench.api.act(invoice["id"], "mark_as_paid")
    fault(bench.api.post(f"/client_invoices/{invoice['id']}/mark_as_canceled"), 412, code)
    assert bench.api.invoice(invoice["id"])["status"] == status


@pytest.mark.parametrize("status", ["draft", "unpaid", "canceled"])
def test_only_a_paid_invoice_is_unmarked(bench: Bench, status: str) -> None:
    invoice = bench.api.draft(client_id=bench.client_id)
    if status != "draft":
        bench.api.act(invoice["id"], "finalize")
    if status == "canceled":
        bench.api.act(invoice["id"], "mark_as_canceled")
    fault(bench.api.post(f"/client_invoices/{invoice['id']}/unmark_as_paid"), 412, "invoice_not_paid")


def test_a_draft_is_not_sent(bench: Bench) -> None:
    invoice = bench.api.draft(client_id=bench.client_id)
    letter = {"send_to": ["a@b.example"], "email_title": "Facture"}
    fault(bench.api.post(f"/client_invoices/{invoice['id']}/send", letter), 412, "invoice_not_finalized")


def test_nothing_is_paid_in_the_future_or_as_a_draft(bench: Bench) -> None:
    later = (date.fromisoformat(bench.api.today) + timedelta(days=2)).isoformat()
    invoice = bench.api.issued(client_id=bench.client_id)
    path = f"/client_invoices/{invoice['id']}/mark_as_paid"
    fault(bench.api.post(path, {"paid_at": later}), 422, "invalid_paid_at", "paid_at")
    draft = bench.api.draft(client_id=bench.client_id)
    fault(bench.api.post(f"/client_invoices/{draft['id']}/mark_as_paid"), 412, "invoice_not_finalized")
    assert bench.api.invoice(invoice["id"]) == invoice


def test_every_fault_is_told_at_once(bench: Bench) -> None:
    with bench.unchanged():
        body = expect(
            bench.create(
                currency="USD", performance_end_date="2026-03-31", welfare_fund={"type": "TC01", "rate": "0.04"},
                items=[bench.api.item(vat_rate="20"), bench.api.item(vat_rate="0")],
            ),
            422,
        )  # fmt: skip
    pointers = {each["source"]["pointer"].removeprefix("/data/attributes/") for each in body["errors"]}
    assert pointers == {
        "currency", "performance_start_date", "welfare_fund", "items/0/vat_rate", "items/1/vat_exemption_reason",
    }  # fmt: skip


def test_what_the_law_misses_is_told_at_finalize_and_takes_no_number(new_organization: NewOrganization) -> None:
    api = new_organization("FR", legal_name="Vide SARL", complete=False)
    draft = api.draft()
    body = expect(api.post(f"/client_invoices/{draft['id']}/finalize"), 422)
    places = {each["source"]["pointer"] for each in body["errors"]}
    assert {
        f"/data/attributes/organization/{name}" for name in ("address_line_1", "legal_number", "vat_number")
    } <= places
    assert all(each["meta"]["fix"] and each["meta"]["rule"] and each["meta"]["source"] for each in body["errors"])
    assert api.invoice(draft["id"])["number"] == draft["number"]
    mended = {
        "address_line_1": "1 rue", "address_zipcode": "69001", "address_city": "Lyon", "legal_number": "732829320",
        "vat_number": "FR44732829320",
    }  # fmt: skip
    expect(api.patch("/organization", mended), 200)
    assert api.act(draft["id"], "finalize")["number"].endswith("-001")
