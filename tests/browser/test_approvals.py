"""A person's way in a browser: in by a link, what waits, the document itself, yes; and then the call goes through."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from typer.testing import CliRunner

from counterfoil.cli.main import app
from tests.browser import accessible
from tests.browser.conftest import OpenPage
from tests.support import hostile
from tests.support.server import Api
from tests.support.server import expect as answered

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("COUNTERFOIL_TEST_PICTURES")
NAME = hostile.TEXTS["HTML"][:60] + '"><b>Port</b>'


def command(api: Api, *arguments: str) -> dict[str, Any]:
    """What a command says, as JSON; run in this process, beside the server."""
    given = [*arguments, "--data", str(api.server.data), "--organization", api.organization.slug, "--json"]
    ran = CliRunner().invoke(app, given)
    assert ran.exit_code == 0, ran.exception
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def assistant(api: Api) -> Api:
    """The same company, called by an assistant's token."""
    token = command(api, "token", "create", "--for-assistant", "--name", "desk assistant")["token"]
    other = Api(api.server, api.organization)
    other.http = api.server.http(Authorization=f"Bearer {token}")
    return other


def check(page: Page, name: str, *schemes: str) -> None:
    """The page is fit for everybody, at this width and in these schemes; leaves pictures of it."""
    for scheme in accessible.look(page, *(schemes or ("light",))):
        if PICTURES:
            width = page.viewport_size["width"] if page.viewport_size else 0
            page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.long)])
def test_an_owner_signs_in_reads_the_document_and_approves(worker: Api, open_page: OpenPage, width: int) -> None:
    # given an assistant who wants to issue an invoice and mail it, to a client with a name that would be a script
    asked = assistant(worker)
    body = worker.invoice_body(
        client_id=worker.client(name=NAME)["id"], status="unpaid",
        send={"send_to": ["compta@client.example"], "email_title": "Votre facture", "copy_to_self": True},
    )  # fmt: skip
    refused = asked.post("/client_invoices", body)
    assert refused.status_code == 428, refused.text
    approval = refused.json()["errors"][0]["meta"]["approval"]
    # when its link is opened in a browser without scripts where nobody is signed in
    page = open_page(approval["url"], width=width, java_script_enabled=False)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    check_static(page, "signin")
    # and the owner signs in by a link from the terminal, whose page is opened twice
    link = command(worker, "signin-link")["link"]
    page.goto(link)
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Approvals")).to_be_visible()
    # and finds what waits, and looks at it
    page.get_by_role("link", name="Create and finalize").first.click()
    expect(page.get_by_text("compta@client.example").first).to_be_visible()
    expect(page.locator(".sheet")).to_contain_text(NAME)
    expect(page.locator(".sheet")).to_contain_text("Conseil")
    assert page.locator("script, .sheet b, svg").count() == 0
    # and says yes
    page.get_by_role("button", name="Approve").click()
    expect(page.locator("#answer")).to_contain_text("It has not happened yet")
    # then the very same call goes through, once
    made = answered(asked.post("/client_invoices", body), 200)["client_invoice"]
    assert made["status"] == "unpaid"
    page.reload()
    expect(page.locator("#answer")).to_contain_text("Approved and done")
    assert asked.post("/client_invoices", body).status_code == 428


def check_static(page: Page, name: str) -> None:
    """Pictures of a page that runs no scripts, axe included."""
    if PICTURES:
        width = page.viewport_size["width"] if page.viewport_size else 0
        page.screenshot(path=str(Path(PICTURES) / f"{name}-{width}.png"), full_page=True)


@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.long)])
def test_everybody_can_use_the_pages(worker: Api, open_page: OpenPage, width: int) -> None:
    # given what waits, what was declined and what was revoked
    asked = assistant(worker)
    draft = worker.draft(client_id=worker.client(name=NAME)["id"])
    path = f"/client_invoices/{draft['id']}/finalize"
    url = asked.post(path).json()["errors"][0]["meta"]["approval"]["url"]
    deleted = asked.delete(f"/client_invoices/{draft['id']}").json()["errors"][0]["meta"]["approval"]["url"]
    page = open_page(worker.server.url + "/signin", width=width)
    check(page, "signin")
    page.goto(command(worker, "signin-link")["link"])
    page.get_by_role("button", name="Sign in").click()
    check(page, "queue")
    page.goto(url)
    expect(page.locator(".changes")).to_contain_text("draft")
    check(page, "approval", "light", "dark")
    page.goto(deleted)
    page.get_by_role("button", name="Decline").click()
    expect(page.locator("#answer")).to_contain_text("Nothing was done")
    check(page, "declined", "dark")
    page.goto(worker.server.url + "/access")
    check(page, "access", "dark")
    page.locator("li", has_text="desk assistant").first.locator("summary").click()
    page.locator("li", has_text="desk assistant").first.get_by_role("button").click()
    expect(page.get_by_role("status")).to_contain_text("was revoked")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(url)
    expect(page.get_by_label("Password")).to_be_visible()
    assert [said for said in page.said if "status of 4" not in said] == []
