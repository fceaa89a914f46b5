"""What keeps a person from using a page, found by axe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def look(page: Page, *schemes: str) -> Iterator[str]:
    """Shows the page in each of these schemes, light or dark, and yields each. Raises AssertionError: what is wrong.

    A scheme changes colours and nothing else, so in all but the first one only they are looked at.
    """
    rules: dict[str, Any] = {"type": "tag", "values": LEVELS}
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        yield scheme
        found = Axe().run(page, options={"runOnly": rules})
        assert found.violations_count == 0, f"{page.url}, {scheme}: {found.generate_report()}"
        rules = {"type": "rule", "values": ["color-contrast"]}
