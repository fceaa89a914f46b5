"""The quote page in a browser: read, accepted and declined, on a phone and a desk, with and without scripts."""

from __future__ import annotations

import os
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import accessible
from tests.browser.conftest import OpenPage
from tests.support import hostile
from tests.support.server import Api, make_organization
from tests.support.server import expect as answered

pytestmark = pytest.mark.browser

WIDTHS = (320, 1280)
TERMS = "".join(f"{number}. Le client valide chaque étape par écrit sous dix jours.\n" for number in range(1, 49))[
    :3000
]
# Where to leave pictures of the pages, for people to look at; none are made without it.
PICTURES = os.environ.get("COUNTERFOIL_TEST_PICTURES")


@pytest.fixture(scope="module")
def seller(worker: Api) -> Api:
    """A company with sample data, so that its pages carry the mark, and a colour that is hard to read on white."""
    organization = make_organization(
        worker.server.data, "FR", is_specimen=True, accent_color="#ffcc00", phone="+33 472"
    )
    return Api(worker.server, organization)


def new_quote(api: Api, **more: Any) -> dict[str, Any]:
    """A quote that holds for a month."""
    until = (date.fromisoformat(api.today) + timedelta(days=30)).isoformat()
    body = {"issue_date": api.today, "expiry_date": until, "currency": "EUR", "items": [api.item()],
            "terms_and_conditions": TERMS} | more  # fmt: skip
    if "client_id" not in body:
        body["client_id"] = api.client()["id"]
    return dict(answered(api.post("/quotes", body), 201)["quote"])


def now(api: Api, quote: dict[str, Any]) -> dict[str, Any]:
    """The quote as the API answers it now."""
    return dict(answered(api.get(f"/quotes/{quote['id']}"), 200)["quote"])


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


def fill(page: Page, name: str = "Jeanne Martin") -> None:
    page.get_by_label("Votre nom").first.fill(name)
    page.get_by_role("checkbox").check()


# Narrow is where pages break: each state every time. Wide: the first every time, all when there is time.
@pytest.mark.parametrize(
    ("state", "width"),
    [
        pytest.param(state, width, marks=pytest.mark.long if width > 320 and state != "waiting" else ())
        for state in ("waiting", "faulty", "declining", "accepted", "declined", "expired", "missing")
        for width in WIDTHS
    ],
)
def test_everybody_can_use_it(worker: Api, seller: Api, open_page: OpenPage, state: str, width: int) -> None:
    page = open_page(f"{worker.server.url}/q/{'A' * 43}", width=width)
    if state != "missing":
        _bring(page, seller if state == "waiting" else worker, state)
    for scheme in accessible.look(page, "light", "dark"):
        picture(page, f"quote-{state}-{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") == width


def _bring(page: Page, api: Api, state: str) -> None:
    """Opens the page of a new quote and brings it into this state, as its client would."""
    past = {"issue_date": "2025-01-01", "expiry_date": "2025-02-01"} if state == "expired" else {}
    page.goto(new_quote(api, header="Voici notre proposition.", **past)["quote_url"])
    if state == "faulty":
        page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
        page.get_by_role("button", name="Accepter le devis").click()
        expect(page.get_by_role("alert")).to_be_visible()
    if state == "accepted":
        fill(page)
        page.get_by_role("button", name="Accepter le devis").click()
    if state in ("declining", "declined"):
        page.get_by_text("Refuser ce devis").click()
    if state == "declined":
        page.get_by_label("Votre nom").last.fill("Jeanne Martin")
        page.get_by_label("Motif").fill("Trop tard pour nous.\nMerci !")
        page.get_by_role("button", name="Refuser le devis").click()
        expect(page.locator(".status")).to_have_text("Refusé")


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_the_client_reads_ticks_and_accepts(worker: Api, open_page: OpenPage, width: int) -> None:
    # given a client whose browser runs no scripts
    quote = new_quote(worker)
    page = open_page(quote["quote_url"], width=width, java_script_enabled=False)
    expect(page.get_by_text("48. Le client valide")).to_be_visible()
    # when they accept
    page.get_by_role("link", name="Votre réponse").click()
    fill(page)
    page.get_by_role("button", name="Accepter le devis").click()
    # then they are shown that they did, at the page's own address
    expect(page.locator(".status")).to_have_text("Accepté")
    expect(page.locator("#answer")).to_contain_text("Jeanne Martin")
    assert page.url.split("#")[0] == quote["quote_url"]
    said = now(worker, quote)
    assert (said["status"], said["approved_by"]) == ("approved", "Jeanne Martin")
    expect(page.locator("#answer")).to_contain_text(said["document_hash"])


def test_without_a_tick_the_browser_itself_asks_for_it(worker: Api, open_page: OpenPage) -> None:
    quote = new_quote(worker)
    page = open_page(quote["quote_url"])
    page.get_by_label("Votre nom").first.fill("Jeanne Martin")
    page.get_by_role("button", name="Accepter le devis").click()
    assert page.evaluate("document.activeElement.id") == "terms"
    assert now(worker, quote)["status"] == "pending_approval"


def test_the_client_declines_and_says_why(worker: Api, open_page: OpenPage) -> None:
    quote = new_quote(worker)
    page = open_page(quote["quote_url"], width=320, java_script_enabled=False)
    page.get_by_text("Refuser ce devis").click()
    page.get_by_label("Votre nom").last.fill("Jeanne Martin")
    page.get_by_label("Motif").fill("Trop cher.\nMerci.")
    page.get_by_role("button", name="Refuser le devis").click()
    expect(page.locator(".status")).to_have_text("Refusé")
    said = now(worker, quote)
    assert (said["status"], said["decline_reason"]) == ("canceled", "Trop cher.\nMerci.")


def test_a_link_in_the_list_of_faults_leads_to_the_field(worker: Api, open_page: OpenPage) -> None:
    page = open_page(new_quote(worker)["quote_url"], width=320)
    page.evaluate("document.querySelectorAll('form').forEach(form => form.noValidate = true)")
    page.get_by_role("button", name="Accepter le devis").click()
    page.get_by_role("alert").get_by_role("link", name="Indiquez votre nom.").click()
    expect(page.get_by_label("Votre nom").first).to_be_in_viewport()


def test_reloading_or_going_back_accepts_nothing_twice(worker: Api, open_page: OpenPage) -> None:
    quote = new_quote(worker)
    page = open_page(quote["quote_url"])
    fill(page)
    page.get_by_role("button", name="Accepter le devis").click()
    expect(page.locator(".status")).to_have_text("Accepté")
    first = now(worker, quote)
    page.reload()
    page.go_back()
    page.goto(quote["quote_url"] + "/accept")
    expect(page.locator(".status")).to_have_text("Accepté")
    assert now(worker, quote)["approved_at"] == first["approved_at"]


def test_another_site_cannot_accept_for_its_visitor(worker: Api, open_page: OpenPage) -> None:
    # given a page elsewhere that knows the address and sends the form by itself
    quote = new_quote(worker)
    page = open_page("data:text/html,<p>elsewhere</p>")
    page.set_content(
        f'<form id="f" method="post" action="{quote["quote_url"]}/accept"><input name="name" value="Mallory">'
        '<input name="terms" value="read"></form>'
    )
    # when a visitor opens it
    with page.expect_navigation():
        page.evaluate("document.getElementById('f').submit()")
    # then nothing is accepted
    assert now(worker, quote)["status"] == "pending_approval"
    expect(page.get_by_role("alert")).to_contain_text("ne venait pas de cette page")


def test_it_asks_nobody_else_and_keeps_nothing(worker: Api, open_page: OpenPage) -> None:
    page = open_page(new_quote(worker)["quote_url"])
    page.wait_for_load_state("networkidle")
    asked = [url for url in page.asked if not url.startswith("data:")]
    assert len(asked) >= 3
    assert [url for url in asked if not url.startswith(worker.server.url + "/")] == []
    assert page.said == []
    assert page.context.cookies() == []


def test_the_amounts_are_the_apis(worker: Api, open_page: OpenPage) -> None:
    quote = new_quote(worker, items=[worker.item(quantity="3.5", unit_price={"value": "411.37", "currency": "EUR"})])
    page = open_page(quote["quote_url"])
    places = {
        '[data-key="total_amount"]': "total_amount_cents", ".totals .total td": "total_amount_cents",
        ".totals .tax_exclusive td": "tax_exclusive_amount_cents", ".lines .net": "tax_exclusive_amount_cents",
    }  # fmt: skip
    for place, field in places.items():
        assert int(re.sub(r"\D", "", page.locator(place).inner_text())) == quote[field]


def test_hostile_texts_do_nothing(worker: Api, open_page: OpenPage) -> None:
    text = hostile.TEXTS["HTML"] + '"><svg onload=alert(2)><a href="javascript:alert(3)">x</a>'
    client = worker.client(name=text[:100])
    quote = new_quote(worker, client_id=client["id"], header=text, footer=text, terms_and_conditions=text)
    page = open_page(quote["quote_url"])
    fill(page, text[:120])
    page.get_by_role("button", name="Accepter le devis").click()
    page.wait_for_load_state("networkidle")
    assert page.said == []
    expect(page.locator("#answer")).to_contain_text(text[:120])
    assert page.locator("script, svg, a[href^=javascript], main img").count() == 0
