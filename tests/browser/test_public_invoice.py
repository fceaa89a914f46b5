"""The public page in a browser: for everybody, on a phone and a desk, light and dark, with and without scripts."""

from __future__ import annotations

import re
import time
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import accessible
from tests.browser.conftest import OpenPage
from tests.support import hostile
from tests.support.server import Api, make_organization

pytestmark = pytest.mark.browser

WIDTHS = (320, 1280)
LONG = {"title": "W" * 40, "description": "lang " * 100 + "W" * 400, "quantity": "1234567.5", "unit": "W" * 20,
        "unit_price": {"value": "98765.43", "currency": "EUR"}, "vat_rate": "0.2"}  # fmt: skip


@pytest.fixture(scope="module")
def seller(worker: Api) -> Api:
    """A company with sample data, so that its pages carry the mark, and a colour that is hard to read on white."""
    organization = make_organization(
        worker.server.data, "FR", is_specimen=True, accent_color="#ffcc00", phone="+33 472"
    )
    return Api(worker.server, organization)


@pytest.fixture(scope="module")
def pages(worker: Api, seller: Api) -> dict[str, dict[str, Any]]:
    """Invoices in each state that has a page, by its name."""
    long_ago = (date.fromisoformat(worker.today) - timedelta(days=60)).isoformat()
    lines = [seller.item(title=f"Prestation {n}", quantity="2.5", discount={"type": "percentage", "value": "0.1"})
             for n in range(1, 4)]  # fmt: skip
    made = {
        "open": seller.issued(items=lines, header="Merci !", footer="À bientôt.", purchase_order="BC-7"),
        "overdue": worker.issued(issue_date=long_ago, due_date=long_ago),
        "paid": worker.issued(),
        "long": worker.issued(items=[LONG, seller.item(title="À " * 20)], terms_and_conditions="W" * 500),
        "canceled": worker.issued(),
    }
    made["paid"] = worker.act(made["paid"]["id"], "mark_as_paid")
    made["canceled"] = worker.act(made["canceled"]["id"], "mark_as_canceled")
    return made


def address(worker: Api, pages: dict[str, dict[str, Any]], name: str) -> str:
    if name == "missing":
        return f"{worker.server.url}/i/{'A' * 43}"
    if name == "start":
        return worker.server.url + "/"
    return str(pages[name]["invoice_url"])


def cents(page: Page, place: str) -> int:
    return int(re.sub(r"\D", "", page.locator(place).inner_text()))


# Narrow is where pages break: each page every time. Wide: the first every time, all when there is time.
@pytest.mark.parametrize(
    ("name", "width"),
    [
        pytest.param(name, width, marks=pytest.mark.long if width > 320 and name != "long" else ())
        for name in ("open", "overdue", "paid", "long", "canceled", "missing", "start")
        for width in WIDTHS
    ],
)
def test_everybody_can_use_it(
    worker: Api, pages: dict[str, dict[str, Any]], open_page: OpenPage, name: str, width: int
) -> None:
    page = open_page(address(worker, pages, name), width=width)
    assert list(accessible.look(page, "light", "dark")) == ["light", "dark"]
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_that_check_can_fail(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    page = open_page(pages["paid"]["invoice_url"])
    # in the second scheme alone
    schemes = accessible.look(page, "light", "dark")
    assert (next(schemes), next(schemes)) == ("light", "dark")
    page.evaluate("document.querySelector('.status').style = 'color: #aaa; background: #fff'")
    with pytest.raises(AssertionError, match="color-contrast"):
        next(schemes)
    # and in its structure
    page.evaluate("document.documentElement.removeAttribute('lang')")
    with pytest.raises(AssertionError, match="html-has-lang"):
        list(accessible.look(page, "light"))


def test_it_asks_nobody_else(pages: dict[str, dict[str, Any]], open_page: OpenPage, seller: Api) -> None:
    page = open_page(pages["open"]["invoice_url"])
    page.wait_for_load_state("networkidle")
    asked = [url for url in page.asked if not url.startswith("data:")]
    assert len(asked) >= 4
    assert [url for url in asked if not url.startswith(seller.server.url + "/")] == []
    assert page.said == []
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_amounts_are_the_apis(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    for name in ("open", "long", "paid"):
        page, invoice = open_page(pages[name]["invoice_url"]), pages[name]
        assert cents(page, '[data-key="amount_due"]') == invoice["amount_due_cents"]
        assert cents(page, ".totals .total td") == invoice["total_amount_cents"]
        assert cents(page, ".totals .tax_exclusive td") == invoice["tax_exclusive_amount_cents"]
        for line, item in zip(page.locator(".lines .net").all(), invoice["items"], strict=True):
            assert int(re.sub(r"\D", "", line.inner_text())) == item["subtotal_cents"]


@pytest.mark.parametrize("width", WIDTHS)
def test_without_scripts_all_is_there_but_the_copy_buttons(
    pages: dict[str, dict[str, Any]], open_page: OpenPage, width: int
) -> None:
    page = open_page(pages["open"]["invoice_url"], width=width, java_script_enabled=False)
    expect(page.locator("button")).to_have_count(3)
    for button in page.locator("button").all():
        expect(button).to_be_hidden()
    expect(page.locator(".iban .value")).to_be_visible()
    expect(page.locator(".qr img")).to_be_visible()
    iban = pages["open"]["payment_methods"][0]["iban"]
    assert page.locator(".iban .value").inner_text().replace(" ", "") == iban


def test_the_iban_is_copied_as_banks_take_it(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    page = open_page(pages["open"]["invoice_url"], permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier IBAN").click()
    expect(page.get_by_role("button", name="Copié IBAN")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Copié")
    assert page.evaluate("navigator.clipboard.readText()") == pages["open"]["payment_methods"][0]["iban"]


def test_without_a_clipboard_the_text_is_selected(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    page = open_page(pages["open"]["invoice_url"])
    page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.get_by_role("button", name="Copier IBAN").click()
    chosen = page.evaluate("String(getSelection())")
    assert chosen.replace(" ", "") == pages["open"]["payment_methods"][0]["iban"]


def test_the_pdf_is_one_press_away(worker: Api, open_page: OpenPage) -> None:
    invoice = worker.issued()
    deadline = time.monotonic() + 30
    while not worker.invoice(invoice["id"]).get("attachment_id") and time.monotonic() < deadline:
        time.sleep(0.1)
    page = open_page(invoice["invoice_url"], width=320)
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger le PDF").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    assert invoice["number"] in download.value.suggested_filename


def test_by_keyboard_one_sees_where_one_is(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    page = open_page(pages["open"]["invoice_url"])
    reached = []
    for _ in range(6):
        page.keyboard.press("Tab")
        seen = page.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [e.tagName, s.outlineStyle, parseInt(s.outlineWidth)]; })()"
        )
        reached.append(seen)
    assert [tag for tag, _, _ in reached] == ["A", "BUTTON", "BUTTON", "BUTTON", "A", "A"]
    assert all(style == "solid" and width >= 2 for _, style, width in reached)


def test_hostile_texts_do_nothing(worker: Api, open_page: OpenPage) -> None:
    text = hostile.TEXTS["HTML"] + '"><svg onload=alert(2)><a href="javascript:alert(3)">x</a>'
    client = worker.client(name=text[:100])
    item = worker.item(title=text[:40], description=text)
    invoice = worker.issued(client_id=client["id"], items=[item], header=text, footer=text, terms_and_conditions=text)
    page = open_page(invoice["invoice_url"])
    page.wait_for_load_state("networkidle")
    assert page.said == []
    expect(page.locator(".greeting")).to_have_text(text)
    assert page.locator("script").count() == 1
    assert page.locator("svg, a[href^=javascript], main img:not(.qr img)").count() == 0


def test_on_paper_there_are_no_buttons(pages: dict[str, dict[str, Any]], open_page: OpenPage) -> None:
    page = open_page(pages["open"]["invoice_url"], scheme="dark")
    page.emulate_media(media="print")
    for place in (".actions", ".copy >> nth=0"):
        expect(page.locator(place)).to_be_hidden()
    expect(page.locator(".qr img")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.pdf().startswith(b"%PDF-")
