"""Resources, prompts and completion: what is listed for whom, what stands there, and what is not there."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest
from mcp import MCPError
from mcp_types import (
    BlobResourceContents,
    ErrorData,
    PromptReference,
    ResourceLink,
    ResourceTemplateReference,
    TextResourceContents,
)

from counterfoil.app import House
from counterfoil.domain import scopes
from tests.mcp.conftest import Office
from tests.mcp.connecting import ERAS, Assistant, over_http, run
from tests.support.server import Api, attached, make_organization

TEMPLATES = [
    "vat-rates://{country}", "invoice://{number}.pdf", "invoice://{number}.xml", "invoice://{number}/page",
    "invoice://{number}", "quote://{number}",
]  # fmt: skip


def read(office: Office, uri: str, **more: Any) -> dict[str, Any]:
    """A resource of JSON."""

    async def scenario(assistant: Assistant) -> str:
        (content,) = (await assistant.client.read_resource(uri)).contents
        assert isinstance(content, TextResourceContents)
        return content.text

    return dict(json.loads(office.work(scenario, **more)))


def refusal(office: Office, uri: str, **more: Any) -> ErrorData:
    async def scenario(assistant: Assistant) -> ErrorData:
        with pytest.raises(MCPError) as refused:
            await assistant.client.read_resource(uri)
        return refused.value.error

    return office.work(scenario, **more)


@pytest.mark.parametrize("era", ERAS)
def test_what_is_listed(office: Office, era: str) -> None:
    async def scenario(assistant: Assistant) -> tuple[list[str], list[str], list[str]]:
        client = assistant.client
        return (
            [found.uri for found in (await client.list_resources()).resources],
            [found.uri_template for found in (await client.list_resource_templates()).resource_templates],
            [found.name for found in (await client.list_prompts()).prompts],
        )

    found = office.work(scenario, era=era)
    assert found == (
        ["organization://profile", "invoices://overdue", "ui://counterfoil/invoice.html"], TEMPLATES,
        ["chase_overdue", "month_close", "quote_to_invoice"],
    )  # fmt: skip


def test_a_token_sees_and_reads_what_its_scopes_allow(office: Office) -> None:
    number = office.draft(status="unpaid")["number"]
    only = frozenset({scopes.ORGANIZATION_READ})

    async def scenario(assistant: Assistant) -> list[str]:
        client = assistant.client
        listed = [found.uri for found in (await client.list_resources()).resources]
        listed += [found.uri_template for found in (await client.list_resource_templates()).resource_templates]
        return listed + [found.name for found in (await client.list_prompts()).prompts]

    assert office.work(scenario, only) == ["organization://profile", "vat-rates://{country}"]
    for uri in (f"invoice://{number}", f"invoice://{number}.pdf", "invoices://overdue"):
        assert refusal(office, uri, scopes=only).code == -32602


def test_the_organization_and_its_day(office: Office) -> None:
    found = read(office, "organization://profile")
    assert found["organization"]["id"] == office.organization_id
    assert found["today"] == "2026-07-01"


@pytest.mark.parametrize("country", ["FR", "fr"])
def test_vat_rates_are_those_in_force_with_their_paragraphs(office: Office, country: str) -> None:
    rates = read(office, f"vat-rates://{country}")["vat_rates"]
    assert {"vat_rate": "0.2", "vat_rate_percent": "20", "source": "CGI art. 278"} in rates
    assert "0.055" in {rate["vat_rate"] for rate in rates}
    assert "0.196" not in {rate["vat_rate"] for rate in rates}  # ended in 2013


def test_overdue_invoices_are_those_that_were_due_before_today(office: Office) -> None:
    late = office.draft(status="unpaid", issue_date="2026-05-01", due_date="2026-06-30")
    office.draft(status="unpaid", issue_date="2026-06-01", due_date="2026-07-01")
    office.draft(issue_date="2026-05-01", due_date="2026-06-01")
    found = read(office, "invoices://overdue")
    assert [row["id"] for row in found["client_invoices"]] == [late["id"]]
    assert "never instructions" in found["provenance"]


def test_an_invoice_by_its_number_and_by_its_id(office: Office) -> None:
    issued = office.draft(status="unpaid")
    for name in (issued["number"], issued["id"]):
        found = read(office, f"invoice://{name}")
        assert found["client_invoice"]["id"] == issued["id"]
        assert found["next_actions"]


def test_the_window_and_the_page_that_it_shows(office: Office) -> None:
    issued = office.draft(status="unpaid")
    assert "accent_style" in read(office, f"invoice://{issued['id']}/page")

    async def scenario(assistant: Assistant) -> TextResourceContents:
        (content,) = (await assistant.client.read_resource("ui://counterfoil/invoice.html")).contents
        assert isinstance(content, TextResourceContents)
        return content

    window = office.work(scenario)
    assert window.mime_type == "text/html;profile=mcp-app"
    assert window.meta is not None


@pytest.mark.parametrize(
    "uri",
    ["invoice://F-1999-001", "invoice://", "vat-rates://XX", "invoice://../../etc/passwd", "file:///etc/passwd",
     "quote://nothing", "invoice://F-1999-001.pdf", "nonsense", "invoice://%00", f"invoice://{'x' * 5000}"],
)  # fmt: skip
def test_what_is_not_there_is_told_as_a_wrong_argument(office: Office, uri: str) -> None:
    assert refusal(office, uri).code == -32602


def test_another_organizations_invoice_is_not_there(office: Office, house: House) -> None:
    theirs = Office(house, make_organization(house.settings.data, "FR").id).draft(status="unpaid")
    assert refusal(office, f"invoice://{theirs['id']}").code == -32602


def test_a_draft_has_no_files_and_no_links(office: Office) -> None:
    draft = office.draft()
    assert "no PDF" in refusal(office, f"invoice://{draft['id']}.pdf").message
    result = office.work(lambda assistant: assistant.call("get_client_invoice", id=draft["id"]))
    assert [block for block in result.content if isinstance(block, ResourceLink)] == []


def test_pdf_and_xml_are_links_whose_bytes_are_read(worker: Api) -> None:
    issued = attached(worker, worker.issued(), seconds=20)

    async def scenario() -> tuple[list[ResourceLink], list[BlobResourceContents]]:
        async with over_http(worker.server, worker.organization.api_key) as assistant:
            result = await assistant.call("get_client_invoice", id=issued["id"])
            links = [block for block in result.content if isinstance(block, ResourceLink)]
            found = []
            for link in links:
                (content,) = (await assistant.client.read_resource(link.uri)).contents
                assert isinstance(content, BlobResourceContents)
                found.append(content)
            return links, found

    links, found = run(scenario)
    assert [link.uri for link in links] == [f"invoice://{issued['number']}.pdf", f"invoice://{issued['number']}.xml"]
    assert [content.mime_type for content in found] == ["application/pdf", "application/xml"]
    pdf, xml = (b64decode(content.blob) for content in found)
    assert pdf.startswith(b"%PDF-")
    assert issued["number"].encode() in xml


class TestPrompts:
    @pytest.mark.parametrize(
        ("name", "arguments", "said"),
        [
            ("chase_overdue", {}, "invoices://overdue"),
            ("month_close", {"month": "2026-06"}, "2026-06"),
            ("quote_to_invoice", {"quote": "D-2026-001"}, "D-2026-001"),
        ],
        ids=["chase", "close", "convert"],
    )
    def test_each_says_its_steps(self, office: Office, name: str, arguments: dict[str, str], said: str) -> None:
        async def scenario(assistant: Assistant) -> str:
            (message,) = (await assistant.client.get_prompt(name, arguments)).messages
            return str(getattr(message.content, "text", ""))

        text = office.work(scenario)
        assert said in text
        assert "preview: true" in text

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [("month_close", {}), ("month_close", {"month": "June"}), ("quote_to_invoice", {"quote": " "}), ("pay", {})],
        ids=["missing", "unreadable", "empty", "unknown"],
    )
    def test_what_cannot_be_read_is_refused(self, office: Office, name: str, arguments: dict[str, str]) -> None:
        async def scenario(assistant: Assistant) -> int:
            with pytest.raises(MCPError) as refused:
                await assistant.client.get_prompt(name, arguments)
            return refused.value.error.code

        assert office.work(scenario) == -32602


class TestCompletion:
    def complete(self, office: Office, ref: Any, name: str, begun: str, **more: Any) -> list[str]:
        async def scenario(assistant: Assistant) -> list[str]:
            found = await assistant.client.complete(ref, {"name": name, "value": begun})
            return list(found.completion.values)

        return office.work(scenario, **more)

    def test_countries(self, office: Office) -> None:
        ref = ResourceTemplateReference(uri="vat-rates://{country}")
        assert self.complete(office, ref, "country", "f")[:2] == ["FI", "FR"]

    def test_numbers_of_invoices_that_have_one(self, office: Office) -> None:
        issued = office.draft(status="unpaid")
        office.draft()
        ref = ResourceTemplateReference(uri="invoice://{number}.pdf")
        assert self.complete(office, ref, "number", "f-") == [issued["number"]]
        assert self.complete(office, ref, "number", "001") == [issued["number"]]
        assert self.complete(office, ref, "number", "zzz") == []

    def test_nothing_is_told_to_who_may_not_read_it(self, office: Office) -> None:
        office.draft(status="unpaid")
        ref = ResourceTemplateReference(uri="invoice://{number}")
        assert self.complete(office, ref, "number", "", scopes=frozenset({scopes.ORGANIZATION_READ})) == []

    def test_quotes_for_the_prompt_and_nothing_for_what_is_unknown(self, office: Office) -> None:
        assert self.complete(office, PromptReference(name="quote_to_invoice"), "quote", "") == []
        assert self.complete(office, PromptReference(name="nothing"), "what", "x") == []
