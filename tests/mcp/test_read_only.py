"""Who may only read writes nothing, and who only previews changes nothing: counted in every table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from mcp_types import CallToolResult
from starlette.testclient import TestClient

from counterfoil.app import House, create_app
from counterfoil.domain import scopes
from counterfoil.mcp.catalog import TOOLS
from counterfoil.mcp.tool import Tool
from counterfoil.operations.organization import create_credential
from counterfoil.operations.work import Actor
from tests.mcp.conftest import Office
from tests.mcp.connecting import ERAS, Assistant
from tests.mcp.test_attachments import put
from tests.mcp.test_wrong_calls import Makers
from tests.mcp.wrong_calls import RIGHT
from tests.plugins.figures import Figure
from tests.support import hostile_files as files

READS = frozenset(scope for scope in scopes.ALL_SCOPES if scope.endswith(".read"))
# Right calls of the tools that the corpus of wrong ones leaves out.
MORE: Mapping[str, Mapping[str, Any]] = {
    "get_credit_note": {"id": "@credit_note"},
    "get_quote": {"id": "@quote"},
    "get_supplier_invoice": {"id": "@supplier"},
    "get_product": {"id": "@product"},
    "get_client": {"id": "ACME"},
    "get_organization": {},
    "delete_product": {"id": "@product"},
    "delete_client": {"id": "@client"},
    "get_attachment": {"id": "@attachment"},
    "upload_attachment": {"blob_ref": "@blob", "target": "standalone"},
}


class Things(Makers):
    """What the calls are about, files too."""

    async def arguments(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        more = {"@credit_note": self.credit_note, "@attachment": self.attachment, "@blob": self.blob}
        given = {
            name: await more[value]() if isinstance(value, str) and value in more else value
            for name, value in wanted.items()
        }
        return await super().arguments(given)

    async def credit_note(self) -> str:
        made = await self.assistant.ask("create_credit_note", invoice_id=await self.issued(), amount="1.00")
        return str(made["credit_note"]["number"])

    async def blob(self) -> str:
        asked = {"file_name": "a.pdf", "content_type": "application/pdf"}
        place = await self.assistant.ask("request_attachment_upload", **asked)
        assert put(self.office, place["upload_url"], files.pdf(place["blob_ref"])) == 201
        return str(place["blob_ref"])

    async def attachment(self) -> str:
        used = {"blob_ref": await self.blob(), "target": "standalone"}
        return str((await self.assistant.ask("upload_attachment", **used))["attachment"]["id"])


def right_calls(office: Office) -> dict[str, dict[str, Any]]:
    """A call of every tool that would go through, about things that are there."""

    async def scenario(assistant: Assistant) -> dict[str, dict[str, Any]]:
        things = Things(assistant, office)
        await things.furnish()
        known = {**RIGHT, **MORE}
        return {tool.name: await things.arguments(known[tool.name]) for tool in TOOLS}

    return office.work(scenario)


def contents(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with house.database.read() as conn:
        tables = (
            conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").scalars().all()
        )
        return {name: [tuple(row) for row in conn.exec_driver_sql(f'SELECT * FROM "{name}"')] for name in tables}


def called(
    office: Office, tools: list[Tool], calls: Mapping[str, Mapping[str, Any]], **how: Any
) -> dict[str, CallToolResult]:
    """The answer of each tool; `how` it is asked, as in Office.work."""
    more = how.pop("more", {})

    async def scenario(assistant: Assistant) -> dict[str, CallToolResult]:
        return {tool.name: await assistant.call(tool.name, **calls[tool.name], **more) for tool in tools}

    return office.work(scenario, **how)


READING = [tool for tool in TOOLS if tool.hints.is_read_only]
WRITING = [tool for tool in TOOLS if not tool.hints.is_read_only]


def test_a_token_that_may_only_read_writes_nothing(office: Office, house: House, figure: Figure) -> None:
    # Given calls that would all go through, about things that are there
    calls = right_calls(office)
    before, version = contents(house), house.database.version()
    # When a token that may only read makes each of them, as it is and as a preview
    answers = [
        called(office, WRITING, calls, scopes=READS, era=era, more=more)
        for era, more in zip(ERAS, ({}, {"preview": True}), strict=True)
    ]
    # Then each is refused, with the scope that it lacks, and nothing was written
    for told in answers:
        for tool in WRITING:
            refusal = told[tool.name].structured_content
            assert told[tool.name].is_error, tool.name
            assert refusal["code"] == "insufficient_scope", tool.name
            assert tool.scope in refusal["fix"], tool.name
    assert house.database.version() == version
    assert contents(house) == before
    # And what reads does go through, and writes nothing either
    reads = called(office, READING, calls, scopes=READS)
    assert [name for name, answer in reads.items() if answer.is_error] == []
    assert contents(house) == before
    figure("R15", "every tool of /mcp, by a token that may only read", len(WRITING), "writing tools", "0 writes")


@pytest.mark.parametrize("policy", ["never", "always"])
def test_a_preview_of_every_write_changes_nothing(office: Office, house: House, policy: str) -> None:
    calls = right_calls(office)
    before, version = contents(house), house.database.version()
    # When a token that may do everything previews each of them
    answers = called(office, WRITING, calls, policy=policy, more={"preview": True})
    # Then each tells what would happen, and nothing was written: not even that it was asked
    for name, answer in answers.items():
        assert not answer.is_error, f"{name}: {answer.structured_content}"
        assert answer.structured_content["is_preview"] is True, name
    assert house.database.version() == version
    assert contents(house) == before
    if policy != "never":
        return
    # And without preview they do happen: the calls were right ones
    done = called(office, WRITING, calls)
    assert [f"{name}: {answer.structured_content}" for name, answer in done.items() if answer.is_error] == []
    assert contents(house) != before


def test_the_same_acts_are_refused_over_rest_with_the_same_token(office: Office, house: House) -> None:
    draft, issued = office.draft(), office.draft(finalize=True)
    with house.works.write(Actor(office.organization_id, "terminal")) as work:
        token = create_credential(work, name="reader", login=None, scopes=READS)
    invoices = "/v2/client_invoices"
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", f"{invoices}/{draft['id']}/finalize", {}),
        ("PATCH", f"{invoices}/{draft['id']}", {"footer": "x"}),
        ("DELETE", f"{invoices}/{draft['id']}", {}),
        ("POST", f"{invoices}/{issued['id']}/mark_as_paid", {}),
        ("POST", f"{invoices}/{issued['id']}/mark_as_canceled", {}),
        ("POST", f"{invoices}/{issued['id']}/send", {"send_to": ["a@b.example"], "email_title": "x"}),
        ("POST", invoices, {}),
        ("POST", "/v2/credit_notes", {"invoice_id": issued["id"]}),
        ("POST", "/v2/quotes", {}),
        ("POST", "/v2/clients", {}),
        ("POST", "/v2/products", {}),
    ]
    before = contents(house)
    http = TestClient(create_app(house), headers={"Authorization": f"Bearer {token}"})
    answers = {f"{method} {path}": http.request(method, path, json=body) for method, path, body in acts}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(answers, 403)
    assert http.get(f"{invoices}/{draft['id']}").status_code == 200
    after = contents(house)
    del before["credentials"], after["credentials"]  # when a token was used last
    assert after == before
