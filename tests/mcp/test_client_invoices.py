"""The invoice tools, through the real client and the real API on one data directory."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.domain import scopes
from tests.mcp.conftest import LINE, Office
from tests.mcp.connecting import OTHER_ID, Assistant


class TestCreate:
    def test_what_is_left_out_comes_from_the_organization_and_the_client(self, office: Office) -> None:
        draft = office.draft()
        whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]

        assert draft["status"] == "draft"
        assert draft["issue_date"] == "2026-07-01"  # 23:00 UTC on 30 June is July in Paris
        assert draft["due_date"] == "2026-07-31"
        assert draft["currency"] == "EUR"
        assert draft["client"]["name"] == "ACME"
        assert draft["client"]["email"] == "billing@acme.example"
        assert draft["total_amount"] == {"value": "1440.00", "currency": "EUR"}
        assert whole["payment_methods"][0]["iban"] == "FR7630006000011234567890189"
        assert whole["items"][0]["quantity"] == "1"

    def test_what_is_given_wins(self, office: Office) -> None:
        draft = office.draft(
            issue_date="2026-05-01", due_date="2026-05-15", purchase_order="PO 7", footer="Merci", status="unpaid",
            items=[{**LINE, "quantity": 2, "unit_price": {"value": "0.50", "currency": "EUR"}}],
        )  # fmt: skip
        whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]

        assert (draft["status"], draft["number"]) == ("unpaid", "F-2026-001")
        assert (draft["issue_date"], draft["due_date"]) == ("2026-05-01", "2026-05-15")
        assert (whole["purchase_order"], whole["footer"], whole["items"][0]["quantity"]) == ("PO 7", "Merci", "2")
        assert draft["tax_exclusive_amount"]["value"] == "1.00"

    def test_the_due_date_follows_a_given_issue_date(self, office: Office) -> None:
        assert office.draft(issue_date="2026-02-01")["due_date"] == "2026-03-03"

    def test_an_unknown_client_is_named_with_the_way_to_find_the_right_one(self, office: Office) -> None:
        failure = office.refused("create_client_invoice", client_id=OTHER_ID, items=[LINE])
        assert (failure["code"], failure["field"]) == ("not_found", "client_id")
        assert "list_clients" in failure["fix"]

    def test_another_organizations_client_is_unknown_too(self, office: Office, house: Any) -> None:
        from tests.support.server import make_organization

        other = Office(house, make_organization(house.settings.data, "FR").id)
        failure = office.refused("create_client_invoice", client_id=other.client(), items=[LINE])
        assert failure["code"] == "not_found"

    @pytest.mark.parametrize(
        ("line", "field", "hint"),
        [
            ({"vat_rate": "20"}, "items/0/vat_rate", '"0.2"'),
            ({"vat_rate": 20}, "items/0/vat_rate", '"0.2" is 20 %'),
            ({"vat_rate": 0.2}, "items/0/vat_rate", '"0.2" is 20 %'),
            ({"vat_rate": "0.07"}, "items/0/vat_rate", "20 %, 13 %, 10 %"),
            ({"vat_rate": "0.1", "vat_rate_percent": 20}, "items/0/vat_rate", "one of the two"),
            ({"unit_price": "1,200"}, "items/0/unit_price", "may be 1200 or 1.200"),
            ({"unit_price": "€1200"}, "items/0/unit_price", '"1200"'),
            ({"unit_price": "-1"}, "items/0/unit_price", "quantity below zero"),
            ({"vat_rate": "0"}, "items/0/vat_exemption_reason", "reason"),
            ({"price": "1"}, "items/0/price", "unit_price"),
        ],
    )
    def test_what_could_be_misread_is_refused_with_what_to_send(
        self, office: Office, line: dict[str, Any], field: str, hint: str
    ) -> None:
        failure = office.refused("create_client_invoice", client_id=office.client(), items=[LINE | line])
        assert failure["field"] == field
        assert hint in f"{failure['message']} {failure['fix']}"

    def test_every_fault_is_told_at_once(self, office: Office) -> None:
        failure = office.refused("create_client_invoice", client_id="ACME", items=[], du_date="2026-01-01")
        assert {fault["field"] for fault in failure["errors"]} == {"items", "du_date"}

    def test_prices_and_percent_as_people_say_them(self, office: Office) -> None:
        lines = [
            {"title": "a", "unit_price": 1200, "vat_rate_percent": 20},
            {"title": "b", "unit_price": 0.1, "quantity": 3, "vat_rate_percent": "5,5 %"},
        ]
        draft = office.draft(items=lines, issue_date="-7d", due_date="+30d")
        assert draft["tax_exclusive_amount"]["value"] == "1200.30"
        assert draft["vat_amount"]["value"] == "240.02"
        # A distance counts from the day of issue.
        assert (draft["issue_date"], draft["due_date"]) == ("2026-06-24", "2026-07-24")

    def test_a_preview_shows_what_would_come_of_it_and_leaves_nothing(self, office: Office) -> None:
        answer = office.ask(
            "create_client_invoice", client_id=office.client(), items=[LINE], finalize=True, send={}, preview=True
        )
        preview = answer["preview"]
        assert answer["is_preview"] is True
        assert answer["client_invoice"]["client"]["email"] == "billing@acme.example"
        assert answer["client_invoice"]["total_amount"]["value"] == "1440.00"
        assert preview["vat"] == [{"rate": "0.2", "percent": "20", "base": "1200.00", "vat": "240.00"}]
        assert preview["number"] == "F-2026-001"
        assert preview["compliance"]["is_ready"] is True
        assert (preview["email"]["to"], preview["email"]["subject"]) == (
            ["billing@acme.example"],
            "Facture F-2026-001 de Atelier Lumière SARL",
        )
        (action,) = answer["next_actions"]
        assert office.ask("list_client_invoices")["total_count"] == 0
        assert office.ask(action["tool"], **action["arguments"])["client_invoice"]["number"] == "F-2026-001"

    def test_one_call_issues_and_mails(self, office: Office) -> None:
        answer = office.ask(
            "create_client_invoice", client_id=office.client(), items=[LINE], finalize=True,
            send={"send_to": ["cfo@acme.example"]},
        )  # fmt: skip
        assert (answer["client_invoice"]["status"], answer["delivery"]) == ("unpaid", "queued")
        assert answer["send_to"] == ["cfo@acme.example"]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"send": {}}, "send_needs_finalize"),
            ({"send": {}, "status": "draft"}, "send_needs_finalize"),
            ({"finalize": False, "status": "unpaid"}, "contradicting_arguments"),
            ({"finalize": True, "send": {"send_to": ["no address"]}}, "invalid_format"),
        ],
    )
    def test_what_cannot_be_done_together_does_nothing(self, office: Office, more: dict[str, Any], code: str) -> None:
        failure = office.refused("create_client_invoice", client_id=office.client(), items=[LINE], **more)
        assert failure["code"] == code
        assert office.ask("list_client_invoices")["total_count"] == 0

    def test_the_same_key_creates_once(self, office: Office) -> None:
        arguments = {"client_id": office.client(), "items": [LINE], "idempotency_key": "june-2026"}
        first = office.ask("create_client_invoice", **arguments)
        again = office.ask("create_client_invoice", **arguments)
        assert "idempotency_key" in again.pop("repeated")["note"]
        assert again == first
        assert office.ask("list_client_invoices")["total_count"] == 1

    def test_a_key_without_organization_read_works_where_dates_are_given(self, office: Office) -> None:
        client_id = office.client()
        allowed = frozenset({scopes.CLIENT_INVOICE_WRITE})

        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.ask(
                "create_client_invoice", client_id=client_id, items=[LINE], issue_date="2026-06-30",
                due_date="2026-07-30",
            )  # fmt: skip

        assert office.work(scenario, allowed)["client_invoice"]["status"] == "draft"


class TestList:
    def test_rows_are_short_and_say_whether_there_is_more(self, office: Office) -> None:
        client_id = office.client(name="Établissements Très-Longs de la Rivière et Associés, Père & Fils")
        for _ in range(3):
            office.draft(client_id=client_id)

        first = office.ask("list_client_invoices", per_page=2)
        second = office.ask("list_client_invoices", per_page=2, page=first["next_page"])

        assert (first["total_count"], first["has_more"], len(first["client_invoices"])) == (3, True, 2)
        assert (second["has_more"], len(second["client_invoices"])) == (False, 1)
        assert "next_page" not in second
        assert max(len(str(row).encode()) for row in first["client_invoices"]) <= 300

    def test_sums_are_of_the_page_and_say_so(self, office: Office) -> None:
        client_id = office.client()
        for price in ("10.00", "0.10", "0.20"):
            office.draft(client_id=client_id, items=[{**LINE, "unit_price": price}], status="unpaid")
        whole = office.ask("list_client_invoices")["totals"]
        assert whole == {"total": "12.36", "due": "12.36", "currency": "EUR", "is_all": True}
        assert office.ask("list_client_invoices", per_page=2)["totals"]["is_all"] is False
        assert "totals" not in office.ask("list_client_invoices", status=["paid"])

    def test_overdue_ones_and_the_latest_of_a_client(self, office: Office) -> None:
        mine, other = office.client(name="Solo"), office.client(name="Other")
        late = office.draft(client_id=mine, issue_date="-60d", due_date="+30d", status="unpaid")
        last = office.draft(client_id=mine, status="unpaid")
        office.draft(client_id=other, status="unpaid")
        assert [row["id"] for row in office.ask("list_client_invoices", overdue=True)["client_invoices"]] == [
            late["id"]
        ]
        answer = office.ask("list_client_invoices", client_id="solo", status=["unpaid"], per_page=1)
        assert [row["id"] for row in answer["client_invoices"]] == [last["id"]]

    def test_filters_are_those_of_the_api(self, office: Office) -> None:
        client_id = office.client(name="Other")
        office.draft()
        issued = office.draft(client_id=client_id, status="unpaid", issue_date="2026-06-01")

        for arguments in (
            {"status": ["unpaid", "paid"]},
            {"client_id": client_id},
            {"number": issued["number"]},
            {"issue_date_to": "2026-06-15"},
            {"due_date_to": "2026-07-15"},
        ):
            rows = office.ask("list_client_invoices", **arguments)["client_invoices"]
            assert [row["id"] for row in rows] == [issued["id"]], arguments

    def test_a_wrong_state_names_the_right_ones(self, office: Office) -> None:
        failure = office.refused("list_client_invoices", status=["overdue"])
        assert failure["field"] == "status/0"
        assert "draft, unpaid, paid, canceled" in failure["fix"]

    def test_a_page_must_be_a_whole_number(self, office: Office) -> None:
        assert office.refused("list_client_invoices", page="1")["code"] == "invalid_type"
        assert office.refused("list_client_invoices", per_page=101)["code"] == "out_of_range"


class TestUpdate:
    def test_sent_fields_replace_and_cleared_ones_are_empty(self, office: Office) -> None:
        draft = office.draft(header="Bonjour", footer="Merci")
        office.ask(
            "update_client_invoice", id=draft["id"], header="Hello", clear=["footer"],
            items=[{**LINE, "unit_price": "10"}],
        )  # fmt: skip
        whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]
        assert (whole["header"], whole.get("footer", "")) == ("Hello", "")
        assert whole["total_amount"]["value"] == "12.00"

    def test_nothing_to_change_is_said(self, office: Office) -> None:
        assert office.refused("update_client_invoice", id=office.draft()["id"])["code"] == "nothing_to_change"

    def test_a_field_cannot_be_set_and_cleared(self, office: Office) -> None:
        failure = office.refused("update_client_invoice", id=OTHER_ID, footer="x", clear=["footer"])
        assert (failure["code"], failure["field"]) == ("set_and_cleared", "footer")

    def test_status_is_no_field(self, office: Office) -> None:
        assert office.refused("update_client_invoice", id=OTHER_ID, status="paid")["code"] == "unknown_argument"

    def test_a_finalized_invoice_stays_as_it_is(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        failure = office.refused("update_client_invoice", id=issued["id"], footer="x")
        assert failure["code"] == "invoice_not_in_draft_status"
        assert failure["fix"]


class TestStatus:
    def test_finalize_numbers_it_and_shows_the_page(self, office: Office) -> None:
        draft = office.draft()
        answer = office.ask("change_client_invoice_status", id=draft["id"], finalize=True)
        assert answer["client_invoice"]["number"] == "F-2026-001"
        assert answer["client_invoice"]["status"] == "unpaid"
        assert "/i/" in answer["client_invoice"]["invoice_url"]

    def test_next_actions_are_calls_that_work(self, office: Office) -> None:
        draft = office.draft()
        answer = office.ask("get_client_invoice", id=draft["id"])
        assert [action["tool"] for action in answer["next_actions"]] == [
            "change_client_invoice_status", "update_client_invoice", "delete_client_invoice",
        ]  # fmt: skip
        answer = office.ask(answer["next_actions"][0]["tool"], **answer["next_actions"][0]["arguments"])
        for action in answer["next_actions"][:2]:
            office.ask(action["tool"], **action["arguments"])
        answer = office.ask("get_client_invoice", id=draft["id"])
        assert answer["client_invoice"]["status"] == "paid"
        assert [action["tool"] for action in answer["next_actions"]] == ["send_client_invoice"]

    def test_cancel_is_for_unpaid_ones_and_warns(self, office: Office) -> None:
        draft = office.draft()
        refused = office.refused("change_client_invoice_status", id=draft["id"], cancel=True)
        assert refused["code"] == "invoice_not_finalized"
        assert "delete_client_invoice" in refused["fix"]

        office.ask("change_client_invoice_status", id=draft["id"], finalize=True)
        answer = office.ask("change_client_invoice_status", id=draft["id"], cancel=True)
        assert answer["client_invoice"]["status"] == "canceled"
        assert answer["next_actions"] == []
        assert answer["warnings"][0]["code"]

    @pytest.mark.parametrize("flags", [{}, {"finalize": True, "cancel": True}, {"finalize": False}])
    def test_exactly_one_action(self, office: Office, flags: dict[str, bool]) -> None:
        assert office.refused("change_client_invoice_status", id=OTHER_ID, **flags)["code"] == "one_action_needed"

    def test_what_the_law_misses_is_told_all_at_once_and_in_the_words_of_the_tools(self, office: Office) -> None:
        reverse_charge = {**LINE, "vat_rate": "0", "vat_exemption_reason": "S283"}
        brussels = {"street_address": "Rue Haute 1", "city": "Bruxelles", "zip_code": "1000", "country_code": "BE"}
        client_id = office.client(vat_number="", tax_identification_number="", billing_address=brussels)
        draft = office.draft(client_id=client_id, items=[reverse_charge, {**LINE, "vat_rate": "0.21"}])
        failure = office.refused("change_client_invoice_status", id=draft["id"], finalize=True)
        assert len(failure["errors"]) >= 2
        assert all(fault["fix"] for fault in failure["errors"])
        assert "PATCH /v2/client_invoices" not in str(failure)

    def test_a_preview_says_what_the_law_misses_in_the_words_of_the_tools(self, office: Office) -> None:
        line = {**LINE, "vat_rate": "0", "vat_exemption_reason": "S283"}
        draft = office.draft(client_id=office.client(vat_number="", tax_identification_number=""), items=[line])
        compliance = office.ask("update_client_invoice", id=draft["id"], footer="x", preview=True)["preview"][
            "compliance"
        ]
        assert compliance["is_ready"] is False
        assert "update_client" in compliance["errors"][0]["fix"]
        assert "/v2/" not in str(compliance)

    def test_delete_is_for_drafts(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        failure = office.refused("delete_client_invoice", id=issued["id"])
        assert "change_client_invoice_status with cancel: true" in failure["fix"]


class TestPaid:
    def test_today_by_default_and_again_for_another_day(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        paid = office.ask("mark_client_invoice_as_paid", id=issued["id"])["client_invoice"]
        assert (paid["status"], paid["paid_at"][:10]) == ("paid", "2026-07-01")
        again = office.ask("mark_client_invoice_as_paid", id=issued["id"], paid_at="2026-06-15")["client_invoice"]
        assert again["paid_at"][:10] == "2026-06-15"

    def test_not_in_the_future_and_not_a_draft(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        failure = office.refused("mark_client_invoice_as_paid", id=issued["id"], paid_at="2026-07-02")
        assert (failure["code"], failure["field"]) == ("invalid_paid_at", "paid_at")
        failure = office.refused("mark_client_invoice_as_paid", id=office.draft()["id"])
        assert failure["code"] == "invoice_not_finalized"
        assert "change_client_invoice_status with finalize: true" in failure["fix"]


class TestSend:
    def test_it_is_queued_and_the_client_is_named(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        answer = office.ask("send_client_invoice", id=issued["id"], send_to=["a@b.example"], email_title="Facture")
        assert (answer["delivery"], answer["send_to"]) == ("queued", ["a@b.example"])
        assert answer["client_invoice"]["client"]["email"] == "billing@acme.example"

    def test_the_same_key_sends_once(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        arguments = {"id": issued["id"], "send_to": ["a@b.example"], "email_title": "x", "idempotency_key": "once"}
        first = office.ask("send_client_invoice", **arguments)
        assert "repeated" not in first
        assert "idempotency_key" in office.ask("send_client_invoice", **arguments)["repeated"]["note"]

    def test_no_header_can_be_smuggled_in(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        failure = office.refused(
            "send_client_invoice", id=issued["id"], send_to=["a@b.example"], email_title="x\r\nBcc: c@d.example"
        )
        assert failure["field"] == "email_title"

    def test_a_key_that_may_not_read_still_gets_its_answer(self, office: Office) -> None:
        issued = office.draft(status="unpaid")

        async def scenario(assistant: Assistant) -> dict[str, Any]:
            return await assistant.ask("send_client_invoice", id=issued["id"], send_to=["a@b.example"], email_title="x")

        answer = office.work(scenario, frozenset({scopes.CLIENT_INVOICE_WRITE}))
        assert answer == {"id": issued["id"], "delivery": "queued", "send_to": ["a@b.example"]}


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get_client_invoice", {}),
        ("update_client_invoice", {"footer": "x"}),
        ("delete_client_invoice", {}),
        ("change_client_invoice_status", {"finalize": True}),
        ("mark_client_invoice_as_paid", {}),
        ("send_client_invoice", {"send_to": ["a@b.example"], "email_title": "x"}),
    ],
)
def test_an_unknown_id_leads_to_the_list(office: Office, tool: str, arguments: dict[str, Any]) -> None:
    failure = office.refused(tool, id=OTHER_ID, **arguments)
    assert failure["code"] == "not_found"
    assert "list_client_invoices" in failure["fix"]
    assert office.refused(tool, id="../clients", **arguments)["code"] == "not_found"
    assert office.refused(tool, **arguments)["code"] == "missing_value"


@pytest.mark.parametrize(
    ("tool", "scope", "arguments"),
    [
        ("list_client_invoices", scopes.CLIENT_INVOICES_READ, {}),
        ("delete_client_invoice", scopes.CLIENT_INVOICE_WRITE, {"id": OTHER_ID}),
        ("list_clients", scopes.CLIENT_READ, {}),
        ("create_client", scopes.CLIENT_WRITE, {"kind": "company", "name": "x"}),
        ("get_organization", scopes.ORGANIZATION_READ, {}),
    ],
)
def test_a_missing_scope_is_named(office: Office, tool: str, scope: str, arguments: dict[str, Any]) -> None:
    failure = office.refused(tool, scopes.ALL_SCOPES - {scope}, **arguments)
    assert failure["code"] == "insufficient_scope"
    assert scope in failure["message"]
    assert scope in failure["fix"]
