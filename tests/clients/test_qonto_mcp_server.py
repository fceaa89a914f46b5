"""qonto-mcp-server, as PyPI has it, runs its whole billing surface here: a process of its own, spoken to by MCP."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from tests.clients.conftest import blank_pdf
from tests.conftest import NewOrganization
from tests.mcp.connecting import run
from tests.support.server import Api, clean_environment, expect

LAUNCHER = Path(__file__).with_name("launch_qonto_mcp.py")
Tool = Callable[..., Awaitable[dict[str, Any]]]


@asynccontextmanager
async def program(python: Path, api: Api) -> AsyncIterator[Tool]:
    """The program's tools, connected to the API of `api`'s organization."""
    environment = clean_environment(QONTO_BASE_URL=f"{api.server.url}/v2")
    arguments = [str(LAUNCHER), "--api-key", api.organization.api_key]
    async with Client(
        StdioServerParameters(command=str(python), args=arguments, env=environment), mode="legacy"
    ) as client:

        async def call(tool: str, **values: Any) -> dict[str, Any]:
            result = await client.call_tool(tool, values)
            assert not result.is_error, result.content
            found: dict[str, Any] = json.loads(result.content[0].text)
            return found

        yield call


@pytest.fixture
def company(new_organization: NewOrganization) -> Api:
    return new_organization("FR")


def line(price: str) -> dict[str, Any]:
    return {"title": "Conseil", "quantity": "1", "vat_rate": "0.2", "unit_price": {"value": price, "currency": "EUR"}}


async def walked(call: Tool, tool: str, name: str, per_page: int) -> list[str]:
    """The ids of a list, read page by page until there is no next one."""
    found: list[str] = []
    page: int | None = 1
    while page:
        answer = await call(tool, page=page, per_page=per_page)
        found += [item["id"] for item in answer[name]]
        page = answer["meta"]["next_page"]
    return found


def test_invoices_are_created_read_and_listed(clients_python: Path, company: Api) -> None:
    client_id = company.client()["id"]

    async def scenario() -> None:
        async with program(clients_python, company) as call:
            made = []
            for number in range(1, 6):
                answer = await call(
                    "create_a_client_invoice", client_id=client_id, issue_date=company.today, due_date=company.today,
                    number=f"INV-2026-{number:03d}", payment_methods={"iban": company.organization.iban},
                    items=[line("100.00")], status="draft" if number == 5 else "unpaid",
                )  # fmt: skip
                made.append(answer["client_invoice"])
            assert [invoice["number"] for invoice in made] == [f"INV-2026-{number:03d}" for number in range(1, 6)]
            assert [invoice["status"] for invoice in made] == ["unpaid"] * 4 + ["draft"]
            read = await call("retrieve_a_client_invoice", id=made[0]["id"])
            assert read["client_invoice"]["total_amount"]["value"] == "120.00"
            assert sorted(await walked(call, "list_client_invoices", "client_invoices", 2)) == sorted(
                invoice["id"] for invoice in made
            )
            unpaid = await call("list_client_invoices", filter_status="unpaid")
            assert unpaid["meta"]["total_count"] == 4
            twice = await call(
                "create_a_client_invoice", client_id=client_id, issue_date=company.today, due_date=company.today,
                number="INV-2026-001", payment_methods={"iban": company.organization.iban}, items=[line("1.00")],
            )  # fmt: skip
            assert "409" in json.dumps(twice["errors"])

    run(scenario)


def test_clients_are_created_read_and_listed(clients_python: Path, company: Api) -> None:
    async def scenario() -> None:
        async with program(clients_python, company) as call:
            made = [
                (await call("create_a_client", name=f"ACME {number}", type="company", email=f"a{number}@acme.example",
                            country_code="FR", address="1 rue A", city="Paris", zip_code="75001"))["client"]
                for number in range(3)
            ]  # fmt: skip
            read = await call("retrieve_a_client", id=made[0]["id"])
            assert read["client"]["name"] == "ACME 0"
            assert await walked(call, "list_clients", "clients", 2) == [client["id"] for client in made]
            # It sends the filter as the text of a Python dict, which no server can read: a list, not an error.
            answer = await call("list_clients", filter_obj={"email": "a1@acme.example"})
            assert "errors" not in answer

    run(scenario)


def test_credit_notes_are_read_and_listed(clients_python: Path, company: Api) -> None:
    made = []
    for _ in range(3):
        note = {"invoice_id": company.issued()["id"], "issue_date": company.today, "reason": "Geste", "currency": "EUR"}
        made.append(expect(company.post("/credit_notes", {**note, "items": [company.item()]}), 201)["credit_note"])

    async def scenario() -> None:
        async with program(clients_python, company) as call:
            assert sorted(await walked(call, "list_credit_notes", "credit_notes", 2)) == sorted(n["id"] for n in made)
            read = await call("retrieve_a_credit_note", id=made[0]["id"])
            assert read["credit_note"]["number"] == made[0]["number"]

    run(scenario)


def test_supplier_invoices_are_uploaded_read_and_listed(clients_python: Path, company: Api, tmp_path: Path) -> None:
    files = []
    for number in range(3):
        path = tmp_path / f"bill-{number}.pdf"
        path.write_bytes(blank_pdf(f"Bill {number}"))
        files.append({"file": str(path), "idempotency_key": f"key-{number}"})

    async def scenario() -> None:
        async with program(clients_python, company) as call:
            meta = {"integration_type": "amazon", "connector": "grover"}
            answer = await call("create_supplier_invoices", supplier_invoices=files, meta=meta)
            assert answer["errors"] == []
            assert sorted(made["file_name"] for made in answer["supplier_invoices"]) == [
                f"bill-{number}.pdf" for number in range(3)
            ]
            again = await call("create_supplier_invoices", supplier_invoices=files)
            ids = sorted(made["id"] for made in answer["supplier_invoices"])
            assert sorted(made["id"] for made in again["supplier_invoices"]) == ids
            assert sorted(await walked(call, "list_supplier_invoices", "supplier_invoices", 2)) == ids
            read = await call("retrieve_a_supplier_invoice", invoice_id=ids[0])
            assert read["supplier_invoice"]["status"] == "to_review"

    run(scenario)


def test_the_organization_its_accounts_and_files_are_read(clients_python: Path, company: Api, tmp_path: Path) -> None:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(blank_pdf())

    async def scenario() -> None:
        async with program(clients_python, company) as call:
            found = await call("retrieve_the_authenticated_organization_and_list_bank_accounts")
            assert found["organization"]["slug"] == company.organization.slug
            accounts = (await call("list_business_accounts"))["bank_accounts"]
            assert (await call("get_a_business_account", id=accounts[0]["id"]))["bank_account"] == accounts[0]
            uploaded = (await call("upload_an_attachment", file_path=str(path), idempotency_key="k"))["attachment"]
            read = await call("retrieve_an_attachment", id=uploaded["id"])
            assert read["attachment"]["file_name"] == "receipt.pdf"

    run(scenario)
