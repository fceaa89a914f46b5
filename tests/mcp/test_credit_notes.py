"""The tools for credit notes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterfoil.domain import scopes
from tests.mcp.conftest import LINE, Office


def issued(office: Office, **more: Any) -> dict[str, Any]:
    """A finalized invoice of 1,440 euros."""
    return office.draft(status="unpaid", **more)


class TestCreate:
    def test_an_invoices_number_and_an_amount_are_enough(self, office: Office) -> None:
        invoice = issued(office)
        answer = office.ask("create_credit_note", invoice_id=invoice["number"], amount="120.00")
        note = answer["credit_note"]
        assert note["total_amount"] == {"value": "120.00", "currency": "EUR"}
        assert note["vat_amount"]["value"] == "20.00"
        assert (note["invoice_id"], note["invoice_number"]) == (invoice["id"], invoice["number"])
        assert note["issue_date"] == "2026-07-01"
        assert note["reason"] == f"Avoir sur la facture {invoice['number']}"
        assert note["client"] == {"id": invoice["client"]["id"], "name": "ACME", "email": "billing@acme.example"}

    def test_lines_are_credited_at_the_invoices_rates(self, office: Office) -> None:
        note = office.ask("create_credit_note", invoice_id=issued(office)["id"], items=[{**LINE, "unit_price": "100"}])
        assert note["credit_note"]["total_amount"]["value"] == "120.00"

    def test_all_of_them_together_cannot_exceed_the_invoice(self, office: Office) -> None:
        number = issued(office)["number"]
        office.ask("create_credit_note", invoice_id=number, amount="1400")
        failure = office.refused("create_credit_note", invoice_id=number, amount="40.01")
        assert (failure["code"], failure["field"]) == ("credit_notes_exceed_invoice", "amount")
        assert failure["fix"]
        assert office.ask("list_credit_notes", invoice_id=number)["total_count"] == 1

    @pytest.mark.parametrize("given", [{}, {"amount": "10", "items": [LINE]}])
    def test_exactly_one_of_amount_and_items(self, office: Office, given: dict[str, Any]) -> None:
        assert office.refused("create_credit_note", invoice_id=issued(office)["id"], **given)["code"] == "one_needed"

    def test_a_draft_is_not_credited(self, office: Office) -> None:
        assert office.refused("create_credit_note", invoice_id=office.draft()["id"], amount="1.00")["fix"]

    def test_a_preview_shows_it_and_issues_nothing(self, office: Office) -> None:
        number = issued(office)["number"]
        answer = office.ask("create_credit_note", invoice_id=number, amount="120.00", preview=True)
        assert answer["is_preview"]
        assert answer["preview"]["vat"] == [{"rate": "0.2", "percent": "20", "base": "100.00", "vat": "20.00"}]
        assert office.ask("list_credit_notes")["total_count"] == 0

    def test_a_token_that_only_reads_issues_none(self, office: Office) -> None:
        number = issued(office)["number"]
        reads = frozenset({scopes.CLIENT_INVOICES_READ})
        office.refused("create_credit_note", reads, invoice_id=number, amount="120.00")
        assert office.ask("list_credit_notes")["total_count"] == 0


def test_a_list_is_short_rows_and_one_is_found_by_its_number(office: Office) -> None:
    invoice = issued(office, client_id=office.client(name="Ü" * 120))
    made = office.ask("create_credit_note", invoice_id=invoice["id"], amount="1.00")["credit_note"]
    (row,) = office.ask("list_credit_notes", client_id=invoice["client"]["id"], issue_date_from="today")["credit_notes"]
    assert (row["id"], row["total"], row["invoice_id"]) == (made["id"], "1.00", invoice["id"])
    assert len(json.dumps(row, ensure_ascii=False).encode()) <= 300
    assert office.ask("get_credit_note", id=made["number"])["credit_note"]["items"]
    brief = office.ask("get_credit_note", id=made["id"], detail="summary")
    assert "items" not in brief["credit_note"]
    first = brief["next_actions"][0]
    assert office.ask(first["tool"], **first["arguments"])["client_invoice"]["id"] == invoice["id"]
