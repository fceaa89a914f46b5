"""The synchronous client against a running server, as a user's program would have it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from subprocess import run

import pytest

from counterfoil.sdk import ApiError, Client, Unreachable, authorization
from tests.support.server import BUYERS, Api


@pytest.fixture
def api(fresh: Api) -> Iterator[Client]:
    with Client(fresh.server.url, api_key=fresh.organization.api_key) as client:
        yield client


def test_an_invoice_from_draft_to_paid(api: Client, fresh: Api) -> None:
    buyer = api.create_client(
        {"kind": "company", "name": "ACME", "currency": "EUR", "locale": "fr", "billing_address": {**BUYERS["FR"]},
         "tax_identification_number": "732829320"}
    )  # fmt: skip
    draft = api.create_client_invoice(
        {
            "client_id": buyer["id"], "status": "draft", "issue_date": fresh.today, "due_date": fresh.today,
            "currency": "EUR",
            "items": [
                {"title": "Conseil", "quantity": "2", "unit_price": {"value": "50.00", "currency": "EUR"},
                 "vat_rate": "0.2"}
            ],
        },
        idempotency_key="one",
    )  # fmt: skip
    assert draft["total_amount"] == {"value": "120.00", "currency": "EUR"}
    assert api.update_client_invoice(draft["id"], {"footer": "Merci"})["status"] == "draft"

    tried = api.finalize_client_invoice(draft["id"], is_dry_run=True)
    assert api.get_client_invoice(draft["id"])["status"] == "draft"
    issued = api.finalize_client_invoice(draft["id"])
    assert issued["number"] == tried["number"]

    assert api.send_client_invoice(issued["id"], send_to=["a@b.example"], email_title="Facture") is None
    assert api.mark_client_invoice_as_paid(issued["id"], paid_at=fresh.today)["status"] == "paid"
    assert api.unmark_client_invoice_as_paid(issued["id"])["status"] == "unpaid"
    assert api.mark_client_invoice_as_canceled(issued["id"])["status"] == "canceled"
    page = api.list_client_invoices(status=["canceled"], per_page=1)
    assert [invoice["id"] for invoice in page.items] == [issued["id"]]


def test_clients_and_the_organization(api: Client, fresh: Api) -> None:
    buyer = api.create_client({"kind": "individual", "first_name": "Ana", "last_name": "Sol"})
    assert api.update_client(buyer["id"], {"email": "ana@sol.example"})["email"] == "ana@sol.example"
    assert api.get_client(buyer["id"])["last_name"] == "Sol"
    assert [client["id"] for client in api.list_clients(name="ana s").items] == [buyer["id"]]
    assert api.delete_client(buyer["id"]) is None
    (account,) = api.list_bank_accounts().items
    assert api.get_bank_account(account["id"])["iban"] == fresh.organization.iban
    assert api.get_organization()["slug"] == fresh.organization.slug


def test_a_file_goes_up_and_its_link_comes_back(api: Client, fresh: Api) -> None:
    made = api.upload_attachment("logo.png", PNG, content_type="image/png", idempotency_key="logo")
    assert made == api.upload_attachment("logo.png", PNG, content_type="image/png", idempotency_key="logo")
    found = api.get_attachment(made["id"])
    assert (found["file_name"], found["file_content_type"]) == ("logo.png", "image/png")


def test_a_refusal_says_what_to_mend(api: Client) -> None:
    with pytest.raises(ApiError) as caught:
        api.create_client({"kind": "company"})
    assert caught.value.status == 422
    assert caught.value.errors[0].field == "name"
    assert caught.value.errors[0].fix
    assert caught.value.trace_id


def test_a_wrong_key_is_a_refusal(fresh: Api) -> None:
    with Client(fresh.server.url, token="nothing") as stranger, pytest.raises(ApiError) as caught:
        stranger.get_organization()
    assert caught.value.status == 401


def test_no_server_is_told_from_a_refusal() -> None:
    with Client("http://127.0.0.1:9", api_key="a:b", timeout_seconds=2) as nobody, pytest.raises(Unreachable):
        nobody.get_organization()


def test_exactly_one_way_to_say_who_calls() -> None:
    assert authorization(api_key="a:b") == {"Authorization": "a:b"}
    assert authorization(token="t", staging_token="s") == {"Authorization": "Bearer t", "X-Qonto-Staging-Token": "s"}
    with pytest.raises(ValueError, match="one of the two"):
        authorization()
    with pytest.raises(ValueError, match="one of the two"):
        authorization(api_key="a:b", token="t")


def test_the_http_library_is_not_imported_before_it_is_used() -> None:
    code = "import sys, counterfoil.sdk; sys.exit('httpx' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f6"
    "45400000000049454e44ae426082"
)
