"""What a deleted client takes along, what numbering by hand is refused for, and products on every kind of document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rest.test_products import new_product
from tests.support.server import Api, expect


def recurring(api: Api, **more: Any) -> dict[str, Any]:
    """A monthly invoice that begins today."""
    body = {
        "start_date": api.today, "frequency": {"value": 1, "recurrence": "monthly"}, "payment_terms_days": 30,
        "currency": "EUR", "items": [api.item()], "invoice_status": "draft",
    }  # fmt: skip
    client = {} if "client_id" in more else {"client_id": api.client()["id"]}
    return expect(api.post("/recurring_invoices", {**body, **client, **more}), 201)


def test_a_deleted_clients_invoices_recur_no_more_and_nobody_reminds_it(fresh: Api) -> None:
    client, other = fresh.client(), fresh.client()
    mine, others = recurring(fresh, client_id=client["id"]), recurring(fresh, client_id=other["id"])
    reminder = {"send_to": ["a@b.example"], "rules": [{"email_title": "Due", "offset_days": 3, "operator": "after"}]}
    for each in (client, other):
        expect(fresh.post("/reminders", {"client_id": each["id"], **reminder}), 201)
    assert fresh.delete(f"/clients/{client['id'].upper()}").status_code == 204
    shown = {row["id"]: row["status"] for row in expect(fresh.get("/recurring_invoices"), 200)["recurring_invoices"]}
    assert shown == {mine["id"]: "canceled", others["id"]: "active"}
    assert [row["client_id"] for row in expect(fresh.get("/reminders"), 200)["reminders"]] == [other["id"]]


@pytest.mark.parametrize("path", ["/v2/settings", "/v2/organization"])
def test_numbering_by_hand_is_refused_while_an_invoice_recurs(fresh: Api, path: str) -> None:
    made = recurring(fresh)
    method = "PUT" if path.endswith("settings") else "PATCH"

    def change(mode: str) -> Any:
        return fresh.http.request(method, path, json={"numbering_mode": mode})

    (fault,) = expect(change("manual"), 412)["errors"]
    assert (fault["code"], fault["meta"]["field"]) == ("invalid_numbering_mode", "numbering_mode")
    assert expect(fresh.get("/settings"), 200)["numbering_mode"] == "automatic"
    expect(change("automatic"), 200)
    expect(fresh.post(f"/recurring_invoices/{made['id']}/cancel"), 200)
    expect(change("manual"), 200)


def test_every_kind_of_document_has_lines_from_products(fresh: Api) -> None:
    product = new_product(fresh, title="Consulting hour", unit="hour")
    line = {"product_id": product["id"], "quantity": "2"}
    invoice = fresh.issued(items=[line])
    quote = {
        "client_id": invoice["client"]["id"], "issue_date": fresh.today, "expiry_date": fresh.today,
        "terms_and_conditions": "x", "currency": "EUR", "items": [line],
    }  # fmt: skip
    credit = {
        "invoice_id": invoice["id"], "issue_date": fresh.today, "reason": "x", "currency": "EUR",
        "items": [{**line, "quantity": "1"}],
    }  # fmt: skip
    credited = expect(fresh.post("/credit_notes", credit), 201)["credit_note"]
    made = [invoice, expect(fresh.post("/quotes", quote), 201), credited, recurring(fresh, items=[line])]
    for document in made:
        (shown,) = document["items"]
        assert (shown["title"], shown["unit"], shown["product_id"]) == ("Consulting hour", "hour", product["id"])
    assert [document["total_amount"]["value"] for document in made] == ["360.00", "360.00", "180.00", "360.00"]


@pytest.mark.parametrize("path", ["/quotes", "/credit_notes", "/recurring_invoices"])
def test_an_unknown_product_is_named_on_every_kind(fr: Api, path: str) -> None:
    line = {"product_id": "00000000-0000-4000-8000-000000000000", "quantity": "1"}
    faults = expect(fr.post(path, {"items": [line]}), 422)["errors"]
    assert [fault["source"]["pointer"] for fault in faults] == ["/data/attributes/items/0/product_id"]
