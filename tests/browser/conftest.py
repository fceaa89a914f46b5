"""The system's Chromium, driven by Playwright. It reaches nothing but this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.plugins.loud_skips import need_tool

ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser a file of tests: its driver keeps an event loop running, which tests that start one must not meet."""
    path = need_tool("chromium")
    with sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a browser of its own: nothing is shared between two of them.

    width in CSS pixels; scheme: light or dark. The page's `said` holds errors, refusals and dialogs; `asked` all
    addresses that it asked for.
    """
    contexts = []

    def open_(address: str, *, width: int = 1280, scheme: str = "light", **more: Any) -> Page:
        # Without motion, so that no check sees a colour on its way to another.
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce", **more,
        )  # fmt: skip
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()


def watch(page: Page) -> None:
    """Notes on the page itself what it asks for, and everything that went wrong on it."""
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))

    def refuse(dialog: Any) -> None:
        page.said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", refuse)
