"""The invoice as an MCP App, in a host of our own that gives it what the specification gives and nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import OpenPage
from tests.support.server import Api, command

pytestmark = pytest.mark.browser
HOST = Path(__file__).with_name("mcp_host.html")
URI = "ui://counterfoil/invoice.html"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


class Wire:
    """/mcp as a host's server side calls it."""

    def __init__(self, api: Api, authorization: str) -> None:
        self._url = f"{api.server.url}/mcp"
        self._http = httpx.Client(headers={"Authorization": authorization, "Accept": "application/json"}, timeout=30)

    def __call__(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        headers = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
        return dict(self._http.post(self._url, json=message, headers=headers).json())

    def result(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        answered = self(method, params)
        assert "result" in answered, answered
        return dict(answered["result"])

    def tool(self, name: str, **arguments: Any) -> dict[str, Any]:
        return self.result("tools/call", {"name": name, "arguments": arguments})


@pytest.fixture
def shown(open_page: OpenPage) -> Callable[..., tuple[Page, FrameLocator]]:
    """Shows an invoice in the host."""

    def show(wire: Wire, invoice_id: str, **more: Any) -> tuple[Page, FrameLocator]:
        page = open_page(HOST.as_uri(), **more)
        page.expose_function("passOn", wire)
        html = wire.result("resources/read", {"uri": URI})["contents"][0]["text"]
        page.evaluate("([html, result]) => start(html, result)", [html, wire.tool("get_client_invoice", id=invoice_id)])
        frame = page.frame_locator("#view")
        expect(frame.locator("#app")).to_have_attribute("aria-busy", "false")
        return page, frame

    return show


def key(api: Api) -> str:
    return str(api.organization.api_key)


def token(api: Api, *options: str) -> str:
    """A token of the organization, made at the terminal."""
    of = ("--data", str(api.server.data), "--organization", api.organization.slug)
    made = command("token", "create", *of, "--json", *options)
    return f"Bearer {json.loads(made.stdout)['token']}"


def test_hosts_learn_of_the_page_from_the_tools_and_get_it_whole(worker: Api) -> None:
    wire = Wire(worker, key(worker))
    tools = {tool["name"]: tool for tool in wire.result("tools/list", {})["tools"]}
    assert tools["get_client_invoice"]["_meta"]["ui"]["resourceUri"] == URI
    (content,) = wire.result("resources/read", {"uri": URI})["contents"]
    assert content["mimeType"] == "text/html;profile=mcp-app"
    assert content["text"].startswith("<!DOCTYPE html>")


def test_a_draft_is_finalized_sent_and_marked_as_paid_in_the_window(
    worker: Api, shown: Callable[..., tuple[Page, FrameLocator]]
) -> None:
    client = worker.client(name='<img src=x onerror="alert(1)"> SARL')
    draft = worker.draft(client_id=client["id"])
    wire = Wire(worker, key(worker))
    page, frame = shown(wire, draft["id"])
    # The real page stands in it, and what others wrote is text.
    expect(frame.locator("#page .number")).to_be_visible()
    expect(frame.locator("#page")).to_contain_text("onerror")
    found = Axe().run(page, options={"runOnly": LEVELS})
    assert [item["id"] for item in found.response["violations"]] == []

    frame.get_by_role("button", name="Finalize", exact=True).click()
    expect(frame.locator("#ask-body")).to_contain_text("never be changed")
    frame.get_by_role("button", name="Finalize now").click()
    expect(frame.locator("#what")).to_contain_text("Unpaid")
    issued = worker.invoice(draft["id"])
    expect(frame.locator("#what")).to_contain_text(issued["number"])

    frame.get_by_role("button", name="Send", exact=True).click()
    frame.get_by_label("To", exact=True).fill("boss@client.example")
    frame.locator("section#ask").get_by_role("button", name="Send", exact=True).click()
    expect(frame.locator("section#ask")).to_be_hidden()
    mails = worker.get(f"/client_invoices/{draft['id']}/emails").json()["emails"]
    assert [mail["send_to"] for mail in mails] == [["boss@client.example"]]

    frame.get_by_role("button", name="Mark as paid").click()
    frame.locator("section#ask").get_by_role("button", name="Mark as paid").click()
    expect(frame.locator("#what")).to_contain_text("Paid")
    assert worker.invoice(draft["id"])["status"] == "paid"
    told = [item["params"] for item in page.evaluate("heard") if item["method"] == "ui/update-model-context"]
    assert "is now paid" in told[-1]["content"][0]["text"]
    assert page.said == []


def test_an_act_in_the_window_waits_for_the_same_approval(
    worker: Api, shown: Callable[..., tuple[Page, FrameLocator]]
) -> None:
    draft = worker.draft()
    wire = Wire(worker, token(worker, "--approvals", "always"))
    page, frame = shown(wire, draft["id"], width=400, scheme="dark")
    frame.get_by_role("button", name="Finalize", exact=True).click()
    frame.get_by_role("button", name="Finalize now").click()
    expect(frame.locator("#ask-title")).to_have_text("This needs your approval")
    assert worker.invoice(draft["id"])["status"] == "draft"
    frame.get_by_role("button", name="Open the approval page").click()
    opened = [item["params"]["url"] for item in page.evaluate("heard") if item["method"] == "ui/open-link"]
    approval = opened[-1].rsplit("/", 1)[-1]
    frame.get_by_role("button", name="I have approved it").click()
    expect(frame.locator("#ask-title")).to_have_text("This needs your approval")
    assert worker.invoice(draft["id"])["status"] == "draft"

    assert command("approve", approval, "--yes", "--data", str(worker.server.data)).returncode == 0
    frame.get_by_role("button", name="I have approved it").click()
    expect(frame.locator("#what")).to_contain_text("Unpaid")
    assert worker.invoice(draft["id"])["status"] == "unpaid"
