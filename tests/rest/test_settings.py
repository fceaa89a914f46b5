"""/v2/settings, /v2/einvoicing/settings and send_by_einvoice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.errors import BillingError
from counterfoil.operations import einvoicing
from counterfoil.store import client_invoices, clients
from tests.support.houses import Company, SteppingClock, new_company, open_house
from tests.support.server import Api, Server, expect, make_token

AUTOMATIC = {"numbering_mode": "automatic", "settings": {"numbering_mode": "automatic"}}
MANUAL = {"numbering_mode": "manual", "settings": {"numbering_mode": "manual"}}


def put(api: Api, body: object) -> Any:
    return api.http.put("/v2/settings", json=body)


def test_an_organization_begins_with_automatic_numbers(fresh: Api) -> None:
    assert expect(fresh.get("/settings"), 200) == AUTOMATIC


@pytest.mark.parametrize("body", [{"numbering_mode": "manual"}, {"settings": {"numbering_mode": "manual"}, "x": 1}])
def test_the_mode_is_changed_and_counts_at_once(fresh: Api, body: dict[str, Any]) -> None:
    assert expect(put(fresh, body), 200) == expect(fresh.get("/settings"), 200) == MANUAL
    assert expect(fresh.create(), 422)["errors"][0]["code"] == "missing_number"
    assert fresh.draft(number="X-1")["number"] == "X-1"
    assert expect(put(fresh, {"numbering_mode": "automatic"}), 200) == AUTOMATIC
    assert fresh.draft()["number"].endswith("-PROFORMA")


@pytest.mark.parametrize("body", [{}, {"colour": "blue"}, {"numbering_mode": None}])
def test_a_body_without_the_mode_changes_nothing(fresh: Api, body: dict[str, Any]) -> None:
    put(fresh, {"numbering_mode": "manual"})
    assert expect(put(fresh, body), 200) == MANUAL


@pytest.mark.parametrize("mode", ["Manual", "", 1, ["manual"]])
def test_a_mode_that_there_is_not_is_refused(fr: Api, mode: object) -> None:
    (fault,) = expect(put(fr, {"numbering_mode": mode}), 422)["errors"]
    assert fault["source"]["pointer"] == "/data/attributes/numbering_mode"


def test_settings_have_the_scopes_of_invoices(server: Server, fr: Api) -> None:
    reader = make_token(fr.organization, server.data, "client_invoices.read")
    with server.http(Authorization=f"Bearer {reader}") as http:
        assert http.get("/v2/settings").status_code == 200
        assert http.put("/v2/settings", json={}).status_code == 403
        assert http.get("/v2/einvoicing/settings").status_code == 403


def test_no_network_is_connected_and_the_settings_say_so(server: Server, it: Api) -> None:
    token = make_token(it.organization, server.data, "einvoicing.read")
    with server.http(Authorization=f"Bearer {token}") as http:
        shown = expect(http.get("/v2/einvoicing/settings"), 200)
    assert shown == {"sending_status": "disabled", "receiving_status": "disabled"}


def test_a_client_that_is_not_reachable_is_refused_with_the_way_that_is_open(fr: Api) -> None:
    issued = fr.issued()
    (fault,) = expect(fr.post(f"/client_invoices/{issued['id']}/send_by_einvoice"), 422)["errors"]
    assert (fault["code"], "/send" in fault["meta"]["fix"]) == ("client_not_reachable", True)
    assert fr.invoice(issued["id"]) == issued


def test_a_draft_an_unknown_and_anothers_invoice_are_refused(fr: Api, de: Api) -> None:
    draft = fr.draft()
    path = f"/client_invoices/{draft['id']}/send_by_einvoice"
    assert expect(fr.post(path), 412)["errors"][0]["code"] == "invoice_not_finalized"
    assert de.post(path).status_code == 404


@pytest.fixture
def company(tmp_path: Path) -> Any:
    clock = SteppingClock()
    house: House = open_house(tmp_path / "data", clock)
    yield new_company(house, clock=clock)
    house.close()


def refusal(company: Company, invoice_id: str) -> str:
    with company.write() as work, pytest.raises(BillingError) as refused:
        einvoicing.send(work, invoice_id)
    return refused.value.code


def test_sending_is_not_enabled_even_for_a_client_that_is_reachable(company: Company) -> None:
    issued = company.create(status="unpaid")
    assert refusal(company, issued.id) == "client_not_reachable"
    with company.write() as work:
        client = json.loads(str(clients.get(work.conn, company.id, company.client_id)))
        reachable = client | {"e_invoicing_reachable": True}
        clients.update_client(work.conn, company.id, reachable, json.dumps(reachable))
    assert refusal(company, issued.id) == "forbidden"


def test_what_was_submitted_is_not_submitted_again(company: Company) -> None:
    issued = company.create(status="unpaid")
    with company.write() as work:
        live = json.dumps(json.loads(issued.live) | {"einvoicing_status": "submitted"})
        client_invoices.replace(work.conn, company.id, issued, issued._replace(live=live))
    with company.write() as work:
        einvoicing.send(work, issued.id)
    assert company.get(issued.id).version == issued.version
