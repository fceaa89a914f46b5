"""docs/api/fields.md against the running server: every field is on the page, and empty looks as the page says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.support.server import Api, attached

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api" / "fields.md"
FORMS: dict[str, Any] = {'`""`': "", "`null`": None, "`[]`": [], "`{}`": {}, '`"pending"`': "pending"}


def table(after: str) -> dict[str, str]:
    """Field to empty form, from the first table behind the text `after`."""
    text = PAGE.read_text(encoding="utf-8").split(after, 1)[1]
    rows = [line for line in text.split("\n\n")[1].splitlines() if line.startswith("| `")]
    return {
        field: row.strip("|").split("|")[-1].strip()
        for row in rows
        for field in re.findall(r"`([a-z_0-9]+)`", row.split("|")[1])
    }


def contradictions(shown: dict[str, Any], page: dict[str, str]) -> list[str]:
    """Where a document with as little as possible on it is not as the page says."""
    found = []
    for field, form in page.items():
        if form == "absent":
            wrong = field in shown
        elif form == "never":
            wrong = shown[field] in ("", None, [], {})
        else:
            wrong = shown[field] != FORMS[form]
        if wrong:
            found.append(f"{field}: {shown.get(field, 'absent')!r} is not {form}")
    return found


@pytest.fixture(scope="module")
def bare(new_organization: NewOrganization) -> Api:
    return new_organization("DE", legal_name="Leer GmbH", complete=False)


@pytest.fixture(scope="module")
def bare_client(bare: Api) -> dict[str, Any]:
    nothing = dict.fromkeys(("vat_number", "tax_identification_number", "email", "locale"), ...)
    address = {"city": "Köln", "country_code": "DE"}
    return bare.client(billing_address=address, **nothing)


def test_an_invoice(bare: Api, bare_client: dict[str, Any]) -> None:
    page = table("## An invoice, answered")
    assert set(page) == set(schema.INVOICE["properties"])
    draft = bare.draft(client_id=bare_client["id"], items=[])
    assert contradictions(draft, {k: v for k, v in page.items() if k != "mentions"}) == []


def test_attachment_id_is_there_once_the_pdf_is(worker: Api) -> None:
    assert attached(worker, worker.draft(), seconds=30)["attachment_id"]


def test_a_line(bare: Api, bare_client: dict[str, Any]) -> None:
    page = table("In `items`:")
    assert set(page) == set(schema.ITEM["properties"])
    draft = bare.draft(client_id=bare_client["id"])
    assert contradictions(draft["items"][0], page) == []


def test_the_seller(bare: Api, bare_client: dict[str, Any]) -> None:
    page = table("In `organization`:")
    assert set(page) == set(schema.ORGANIZATION["properties"])
    assert contradictions(bare.draft(client_id=bare_client["id"])["organization"], page) == []


def test_the_buyer_has_no_empty_key(bare: Api, bare_client: dict[str, Any]) -> None:
    shown = bare.draft(client_id=bare_client["id"])["client"]
    assert set(shown) == {"id", "type", "name", "city", "country_code", "billing_address"}
    assert set(shown["billing_address"]) == {"city", "country_code"}


def test_a_client(bare_client: dict[str, Any]) -> None:
    page = table("## A client")
    assert {field for field, form in page.items() if form != "absent"} == set(bare_client)
    filled = {"name", "city", "country_code", "currency"}
    assert (
        contradictions(bare_client, {k: v for k, v in page.items() if k not in filled | {"e_invoicing_reachable"}})
        == []
    )


def test_everything_that_may_be_sent_is_on_the_page(bare: Api) -> None:
    text = PAGE.read_text(encoding="utf-8")
    with bare.server.http() as http:
        models = http.get("/openapi.json").json()["components"]["schemas"]
    for model in ("NewClientInvoice", "NewItem", "ClientFields"):
        assert [name for name in models[model]["properties"] if f"`{name}`" not in text] == []
    settings = set(models["DocumentSettings"]["properties"])
    assert {name for name in settings if f"`settings.{name}`" not in text and f"`.{name}`" not in text} == set()
