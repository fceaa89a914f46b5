"""/v2/recurring_invoices over HTTP: shapes, statuses, filters and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.contract import schema
from tests.contract.schema import either, faults_of, listed
from tests.support.server import Api, expect, make_token

DAY = schema.DAY
RECURRING = schema.obj(
    {
        "id": schema.UUID, "organization_id": schema.UUID, "client_id": schema.UUID, "start_date": DAY,
        "end_date": either(DAY, schema.NULL), "occurrences": either(schema.CENTS, schema.NULL),
        "frequency": schema.obj({"value": schema.CENTS, "recurrence": schema.TEXT}),
        "payment_terms_days": schema.CENTS, "bank_account": schema.obj({"iban": schema.TEXT}),
        "invoice_status": schema.one_of(["draft", "unpaid"]), "currency": schema.TEXT,
        "items": listed({"type": "object"}), "purchase_order": schema.TEXT, "terms_and_conditions": schema.TEXT,
        "header": schema.TEXT, "footer": schema.TEXT, "discount": either({"type": "object"}, schema.NULL),
        "vat_amount": schema.MONEY, "vat_amount_cents": schema.CENTS, "total_amount": schema.MONEY,
        "total_amount_cents": schema.CENTS, "created_at": schema.TIME, "updated_at": schema.TIME,
        "status": schema.one_of(["scheduled", "active", "suspended", "canceled", "finished"]),
        "next_invoice_date": either(DAY, schema.NULL), "invoices_count": schema.CENTS,
        "last_invoice_id": either(schema.UUID, schema.NULL), "last_invoice_date": either(DAY, schema.NULL),
        "last_error": either({"type": "object"}, schema.NULL),
    }
)  # fmt: skip


def body(api: Api, **more: Any) -> dict[str, Any]:
    if "client_id" not in more:
        more["client_id"] = api.client()["id"]
    sent = {
        "start_date": "2199-01-31", "frequency": {"value": 1, "recurrence": "monthly"}, "payment_terms_days": 30,
        "bank_account": {"iban": api.organization.iban}, "items": [api.item()], "invoice_status": "unpaid",
        "currency": "EUR",
    }  # fmt: skip
    return {name: value for name, value in (sent | more).items() if value is not ...}


def made(api: Api, **more: Any) -> dict[str, Any]:
    return expect(api.post("/recurring_invoices", body(api, **more)), 201)["recurring_invoice"]


@pytest.mark.parametrize("country", ["FR", "DE", "IT", "ES"])
def test_it_has_the_whole_shape_bare_and_under_its_name(api_of: Any, country: str) -> None:
    api = api_of(country)
    answer = expect(api.post("/recurring_invoices", body(api)), 201)
    found = answer.pop("recurring_invoice")
    assert found == answer
    assert faults_of(RECURRING, found) == []
    assert (found["status"], found["next_invoice_date"]) == ("scheduled", "2199-01-31")
    assert expect(api.get(f"/recurring_invoices/{found['id']}"), 200)["recurring_invoice"] == found


def test_it_may_come_wrapped_and_with_the_least(fr: Api) -> None:
    least = {"client_id": fr.client()["id"], "start_date": "2199-01-31", "frequency": {"recurrence": "year"},
             "items": [fr.item()]}  # fmt: skip
    found = expect(fr.post("/recurring_invoices", {"recurring_invoice": least}), 201)["recurring_invoice"]
    assert found["frequency"] == {"value": 1, "recurrence": "yearly"}
    assert (found["payment_terms_days"], found["invoice_status"], found["currency"]) == (30, "unpaid", "EUR")
    assert found["bank_account"] == {"iban": fr.organization.iban}


def test_lines_may_come_from_the_catalog(fr: Api) -> None:
    product = {
        "title": "Forfait",
        "type": "service",
        "unit_price": {"value": "50", "currency": "EUR"},
        "vat_rate": "0.2",
    }
    product_id = expect(fr.post("/products", product), 201)["product"]["id"]
    found = made(fr, items=[{"product_id": product_id, "quantity": "2"}])
    assert (found["items"][0]["title"], found["total_amount_cents"]) == ("Forfait", 12000)


def test_it_is_suspended_reactivated_and_canceled(fr: Api) -> None:
    path = f"/recurring_invoices/{made(fr)['id']}"
    for action, status, following in (
        ("suspend", "suspended", None), ("reactivate", "scheduled", "2199-01-31"), ("cancel", "canceled", None),
    ):  # fmt: skip
        answer = expect(fr.post(f"{path}/{action}"), 200)
        assert (answer["status"], answer["next_invoice_date"]) == (status, following)
        assert answer.pop("recurring_invoice") == answer == {**answer, "status": status}
    for action in ("suspend", "reactivate", "cancel"):
        (fault,) = expect(fr.post(f"{path}/{action}"), 412)["errors"]
        assert fault["code"] == "recurring_invoice_status_transition_forbidden"
        assert (fault["meta"]["status"], fault["meta"]["allowed_actions"]) == ("canceled", [])
        assert fault["meta"]["fix"]


def test_the_list_is_filtered_and_paged(fresh: Api) -> None:
    client = fresh.client()["id"]
    first, second, third = made(fresh), made(fresh, client_id=client), made(fresh, client_id=client)
    fresh.post(f"/recurring_invoices/{second['id']}/suspend")

    def ids(**params: Any) -> list[str]:
        answer = expect(fresh.get("/recurring_invoices", **params), 200)
        assert answer["meta"]["total_count"] >= len(answer["recurring_invoices"])
        return [each["id"] for each in answer["recurring_invoices"]]

    assert ids() == [third["id"], second["id"], first["id"]]
    assert ids(sort_by="created_at:asc", per_page=1, page=2) == [second["id"]]
    assert ids(**{"filter[status]": "suspended,canceled"}) == [second["id"]]
    assert ids(**{"filter[client_id]": client.upper()}) == [third["id"], second["id"]]
    (fault,) = expect(fresh.get("/recurring_invoices", **{"filter[status]": "gone"}), 400)["errors"]
    assert (fault["code"], fault["source"]) == ("not_in_list", {"parameter": "filter[status]"})


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"client_id": ...}, "client_id"), ({"start_date": "31/01/2199"}, "start_date"), ({"items": []}, "items"),
        ({"frequency": {"value": 0, "recurrence": "monthly"}}, "frequency/value"),
        ({"frequency": {"value": 1, "recurrence": "now and then"}}, "frequency/recurrence"),
        ({"frequency": ...}, "frequency"), ({"bank_account": {"iban": "FR76"}}, "bank_account/iban"),
        ({"invoice_status": "paid"}, "invoice_status"), ({"end_date": "2199-01-30"}, "end_date"),
        ({"items": [{"title": "x"}]}, "items/0/quantity"), ({"payment_terms_days": 366}, "payment_terms_days"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_pointed_at(fr: Api, more: dict[str, Any], pointer: str) -> None:
    errors = expect(fr.post("/recurring_invoices", body(fr, **more)), 422)["errors"]
    assert f"/data/attributes/{pointer}" in [fault["source"]["pointer"] for fault in errors]


def test_unknown_ids_are_404(fr: Api, de: Api) -> None:
    foreign = made(de)["id"]
    for one in (foreign, "x", "019f56b7-0000-7000-8000-000000000001"):
        expect(fr.get(f"/recurring_invoices/{one}"), 404)
        for action in ("suspend", "reactivate", "cancel"):
            expect(fr.post(f"/recurring_invoices/{one}/{action}"), 404)


def test_the_scopes_of_client_invoices_count(fr: Api) -> None:
    reader = fr.server.http(
        Authorization=f"Bearer {make_token(fr.organization, fr.server.data, 'client_invoices.read')}"
    )
    assert reader.get("/v2/recurring_invoices").status_code == 200
    assert reader.post("/v2/recurring_invoices", json=body(fr)).status_code == 403


def test_a_deleted_clients_are_canceled(fr: Api) -> None:
    found = made(fr)
    assert fr.delete(f"/clients/{found['client_id']}").status_code == 204
    assert expect(fr.get(f"/recurring_invoices/{found['id']}"), 200)["status"] == "canceled"


def test_numbering_by_hand_and_an_active_one_exclude_each_other(fresh: Api) -> None:
    found = made(fresh)
    (fault,) = expect(fresh.http.put("/v2/settings", json={"numbering_mode": "manual"}), 412)["errors"]
    assert (fault["code"], fault["meta"]["field"]) == ("invalid_numbering_mode", "numbering_mode")
    expect(fresh.post(f"/recurring_invoices/{found['id']}/cancel"), 200)
    expect(fresh.http.put("/v2/settings", json={"numbering_mode": "manual"}), 200)
    (fault,) = expect(fresh.post("/recurring_invoices", body(fresh)), 412)["errors"]
    assert (fault["code"], fault["meta"]["field"]) == ("invalid_numbering_mode", "numbering_mode")


def test_a_key_makes_one_and_a_dry_run_none(fresh: Api) -> None:
    sent = body(fresh)
    key = {"X-Qonto-Idempotency-Key": "one"}
    first = expect(fresh.post("/recurring_invoices", sent, **key), 201)
    assert expect(fresh.post("/recurring_invoices", sent, **key), 201) == first
    expect(fresh.post("/recurring_invoices", sent, **{"X-Dry-Run": "true"}), 201)
    assert expect(fresh.get("/recurring_invoices"), 200)["meta"]["total_count"] == 1


def test_one_that_starts_today_makes_its_invoice_by_itself(worker: Api) -> None:
    found = made(worker, start_date=worker.today)
    deadline = time.monotonic() + 10
    while not found["last_invoice_id"] and time.monotonic() < deadline:
        time.sleep(0.05)
        found = expect(worker.get(f"/recurring_invoices/{found['id']}"), 200)["recurring_invoice"]
    assert (found["status"], found["invoices_count"]) == ("active", 1)
    invoice = worker.invoice(found["last_invoice_id"])
    assert (invoice["status"], invoice["client"]["id"], invoice["issue_date"]) == (
        "unpaid", found["client_id"], worker.today,
    )  # fmt: skip
