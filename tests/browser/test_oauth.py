"""The consent page in a browser: a person is sent there by a program, signs in, allows it, and lands at the program."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from counterfoil.operations import members
from tests.browser.conftest import OpenPage
from tests.support.oauth import Pkce, Site, asking, site
from tests.support.receivers import receiver, status

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("oauth") / "data") as found:
        yield found


def signed_in(running: Site, open_page: OpenPage, address: str, **more: object) -> Page:
    """The page at `address`, for an owner who has just followed a sign-in link."""
    with running.house.works.write(running.operator) as work:
        link = members.new_link(work, members.first_owner(work).id)
    page = open_page(f"{running.url}/signin/{link}", **more)
    page.click("main button[type=submit]")
    page.goto(address)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1280, "light")], ids=["narrow", "wide"])
def test_a_person_allows_a_program_and_lands_at_it(running: Site, open_page: OpenPage, width: int, scheme: str) -> None:
    with receiver(status(200, "Content-Type: text/html", body=b"<title>Done</title>")) as program:
        callback = program.url.replace("/hooks", "/callback")
        client, _ = running.client(callback, is_public=True, name="Assistant")
        path = asking(client.client_id, **Pkce().sent, redirect_uri=callback, resource=f"{running.url}/mcp")
        page = signed_in(running, open_page, f"{running.url}{path}", width=width, scheme=scheme)
        assert page.get_by_role("heading", level=1).inner_text() == "Give Assistant access to Atelier Lumière SARL?"
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("button", name="Allow").click()
        page.wait_for_url(f"{callback}?**")
        told = parse_qs(urlsplit(page.url).query)
        assert told["code"]
        assert told["iss"] == [running.url]
        assert page.said == []  # ours, for tests
