"""Sending by e-invoice over HTTP, and the sandbox's exchange that is told what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.app import House
from counterfoil.errors import BillingError
from counterfoil.operations import clients, einvoicing
from counterfoil.settings import Settings
from counterfoil.testing import Sandbox
from tests.rest.test_sandbox import company, new_invoice
from tests.support import databases
from tests.support.houses import Company, SteppingClock, new_company
from tests.support.server import Api, Server, expect, make_token

PERSON = {"kind": "individual", "first_name": "Ada", "last_name": "Roux", "name": ..., "tax_identification_number": ...,
          "vat_number": ...}  # fmt: skip
UNKNOWN = "01a20000-0000-7000-8000-000000000000"


def send(api: Api, invoice_id: str) -> httpx.Response:
    return api.post(f"/client_invoices/{invoice_id}/send_by_einvoice")


def test_the_settings_say_that_the_network_is_simulated(server: Server, it: Api) -> None:
    token = make_token(it.organization, server.data, "einvoicing.read")
    with server.http(Authorization=f"Bearer {token}") as http:
        shown = expect(http.get("/v2/einvoicing/settings"), 200)
    assert shown == {
        "sending_status": "enabled", "receiving_status": "disabled", "network": "local", "is_simulated": True,
    }  # fmt: skip


def test_it_is_accepted_at_once_and_as_often_as_it_is_asked_for(fr: Api) -> None:
    issued = fr.issued()
    assert [send(fr, issued["id"]).status_code for _ in range(3)] == [204, 204, 204]
    assert fr.invoice(issued["id"])["einvoicing_status"] == "pending"


def test_a_client_that_is_not_reachable_is_refused_with_the_way_that_is_open(fr: Api) -> None:
    issued = fr.issued(client_id=fr.client(**PERSON)["id"])
    (fault,) = expect(send(fr, issued["id"]), 422)["errors"]
    assert (fault["code"], "/send" in fault["meta"]["fix"]) == ("client_not_reachable", True)
    assert fr.invoice(issued["id"]) == issued


def test_a_draft_an_unknown_and_anothers_invoice_are_refused(fr: Api, de: Api) -> None:
    draft = fr.draft()
    assert expect(send(fr, draft["id"]), 412)["errors"][0]["code"] == "invoice_not_finalized"
    assert send(de, draft["id"]).status_code == 404
    assert send(fr, UNKNOWN).status_code == 404


def test_a_dry_run_sends_nothing(fr: Api) -> None:
    issued = fr.issued()
    answer = fr.post(f"/client_invoices/{issued['id']}/send_by_einvoice", **{"X-Dry-Run": "true"})
    assert answer.status_code == 200
    # Nothing is on its way, so it can still be canceled for good.
    assert fr.act(issued["id"], "mark_as_canceled")["status"] == "canceled"


def test_a_client_says_whether_it_can_be_reached_wherever_it_is_shown(fr: Api) -> None:
    business, person = fr.client(), fr.client(**PERSON)
    assert (business["e_invoicing_reachable"], person["e_invoicing_reachable"]) == (True, False)
    assert expect(fr.get(f"/clients/{business['id']}"), 200)["client"]["e_invoicing_reachable"] is True
    found = {each["id"]: each for each in expect(fr.get("/clients", sort_by="created_at:desc"), 200)["clients"]}
    assert found[business["id"]] == business
    given = {"e_invoicing_address": "0208:0403019261"}
    changed = expect(fr.patch(f"/clients/{person['id']}", given), 200)["client"]
    assert changed["e_invoicing_reachable"] is True
    back = expect(fr.patch(f"/clients/{person['id']}", {"e_invoicing_address": None}), 200)["client"]
    assert back["e_invoicing_reachable"] is False


def test_a_text_that_looks_like_the_field_is_left_alone(fr: Api) -> None:
    name = 'x","e_invoicing_reachable":false,"y":"'
    made = fr.client(name=name)
    assert (made["name"], made["e_invoicing_reachable"]) == (name, True)


# Without a network


@pytest.fixture
def unconnected(tmp_path: Path) -> Iterator[Company]:
    clock, data = SteppingClock(), tmp_path / "data"
    house = House(Settings(data=data, einvoice_network="none", **databases.settings_of(data)), clock=clock)
    yield new_company(house, clock=clock)
    house.close()


def test_without_a_network_nothing_is_sent_and_everything_says_so(unconnected: Company) -> None:
    issued = unconnected.create(status="unpaid")
    with unconnected.write() as work:
        with pytest.raises(BillingError) as refused:
            einvoicing.send(work, issued.id)
        shown = einvoicing.settings(work)
        client = json.loads(clients.get(work, unconnected.client_id))
    assert (refused.value.code, "COUNTERFOIL_EINVOICE_NETWORK" in str(refused.value.faults[0].fix)) == (
        "forbidden", True,
    )  # fmt: skip
    assert (shown.sending_status, shown.network, shown.is_simulated) == ("disabled", "none", False)
    assert client["e_invoicing_reachable"] is False


# The sandbox's exchange


@pytest.fixture
def http(counterfoil_sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client of the French organization, with paths from the server's root."""
    headers = {"Authorization": counterfoil_sandbox.api_key}
    with httpx.Client(base_url=counterfoil_sandbox.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def sent(http: httpx.Client, sandbox: Sandbox, **more: Any) -> str:
    """A new invoice that was sent, and some minutes later."""
    made = expect(http.post("/v2/client_invoices", json=new_invoice(sandbox, **more)), 200)["client_invoice"]
    assert http.post(f"/v2/client_invoices/{made['id']}/send_by_einvoice").status_code == 204
    later(sandbox)
    return str(made["id"])


def later(sandbox: Sandbox) -> None:
    sandbox.drain()
    for _ in range(3):
        sandbox.advance(minutes=5)


def lifecycle(http: httpx.Client, invoice_id: str) -> tuple[str, list[int]]:
    invoice = expect(http.get(f"/v2/client_invoices/{invoice_id}"), 200)["client_invoice"]
    return invoice["einvoicing_status"], [each["status_code"] for each in invoice["einvoicing_lifecycle_events"]]


def test_an_invoice_goes_its_way_by_the_sandboxs_clock(http: httpx.Client, counterfoil_sandbox: Sandbox) -> None:
    invoice_id = sent(http, counterfoil_sandbox)
    assert lifecycle(http, invoice_id) == ("submitted", [200, 201, 202, 203])
    there = http.get("/sandbox/einvoicing").json()["submissions"]
    assert [each["kind"] for each in there if each["document_id"] == invoice_id] == ["facturx"]
    assert all(each["simulated"].startswith("SIMULATED") for each in there)


def test_it_refuses_when_it_is_told_to_and_the_invoice_is_canceled(
    http: httpx.Client, counterfoil_sandbox: Sandbox
) -> None:
    answer = counterfoil_sandbox.einvoicing("refuse", reason="TX_TVA_ERR", count=1)
    assert answer["next"]["behaviour"] == "refuse"
    invoice_id = sent(http, counterfoil_sandbox)
    assert lifecycle(http, invoice_id)[0] == "declined"
    note = {"invoice_id": invoice_id, "issue_date": "2027-04-12", "reason": "x", "currency": "EUR", "amount": "1.00"}
    (fault,) = expect(http.post("/v2/credit_notes", json=note), 422)["errors"]
    assert (fault["code"], "mark_as_canceled" in fault["meta"]["fix"]) == ("einvoice_declined", True)
    canceled = expect(http.post(f"/v2/client_invoices/{invoice_id}/mark_as_canceled"), 200)["client_invoice"]
    assert canceled["status"] == "canceled"
    assert lifecycle(http, sent(http, counterfoil_sandbox))[0] == "submitted"


@pytest.mark.parametrize("behaviour", ["drop", "lose_receipt"])
def test_what_it_loses_is_sent_again(http: httpx.Client, counterfoil_sandbox: Sandbox, behaviour: str) -> None:
    counterfoil_sandbox.einvoicing(behaviour, count=1)
    invoice_id = sent(http, counterfoil_sandbox)
    assert lifecycle(http, invoice_id) == ("submitted", [200, 201, 202, 203])


def test_it_says_what_it_is_told_to_say(http: httpx.Client, counterfoil_sandbox: Sandbox) -> None:
    invoice_id = sent(http, counterfoil_sandbox)
    for said in ({"status_code": 225}, {"status_code": 205, "reason_message": "ok"}, {"status_code": 207, "reason":
                 "QTE_ERR", "occurred_at": "2027-04-12T08:00:00Z"}):  # fmt: skip
        expect(http.post("/sandbox/einvoicing/events", json={"document_id": invoice_id, **said}), 200)
    later(counterfoil_sandbox)
    status, codes = lifecycle(http, invoice_id)
    assert (status, codes[0], set(codes)) == ("approved", 207, {200, 201, 202, 203, 205, 207, 225})
    refused = http.post("/sandbox/einvoicing/events", json={"document_id": UNKNOWN, "status_code": 205})
    assert expect(refused, 404)["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize("body", [{"behaviour": "explode"}, {"count": 0}, {"delay_seconds": -1}, {"colour": "red"}])
def test_what_it_does_not_know_is_422(http: httpx.Client, counterfoil_sandbox: Sandbox, body: dict[str, Any]) -> None:
    expect(http.post("/sandbox/einvoicing", json=body), 422)
    assert counterfoil_sandbox.state()["einvoicing"]["behaviour"] == "accept"


def test_a_reset_puts_the_exchange_back(http: httpx.Client, counterfoil_sandbox: Sandbox) -> None:
    before = http.get("/sandbox/einvoicing").json()
    counterfoil_sandbox.einvoicing("lose")
    sent(http, counterfoil_sandbox)
    assert http.get("/sandbox/einvoicing").json() != before
    counterfoil_sandbox.reset()
    assert http.get("/sandbox/einvoicing").json() == before


def test_italian_sample_invoices_went_to_sdi_by_themselves(counterfoil_sandbox: Sandbox) -> None:
    italian = company(counterfoil_sandbox, "IT")
    with httpx.Client(
        base_url=counterfoil_sandbox.api_url, headers={"Authorization": italian["api_key"]}, trust_env=False
    ) as api:
        listed = expect(api.get("/client_invoices"), 200)["client_invoices"]
        (note,) = expect(api.get("/credit_notes"), 200)["credit_notes"]
    told = {each["status"]: each["einvoicing_status"] for each in listed}
    assert told == {"draft": "pending", "canceled": "pending", "unpaid": "approved", "paid": "approved"}
    assert note["einvoicing_status"] == "approved"
