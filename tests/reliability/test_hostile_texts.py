"""R8: whatever is written in any field of a document, no PDF or page of it opens a file, calls anybody or runs."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from counterfoil.errors import Unavailable
from counterfoil.formats import html
from counterfoil.formats.page import Appearance
from counterfoil.ports.renderer import ChildRenderer
from tests.formats.test_html import LINKS, TODAY
from tests.plugins.figures import Figure, chance
from tests.plugins.loud_skips import need_tool
from tests.plugins.repeatable import is_full_size
from tests.ports.test_renderer_reach import ALLOWED, CHILD, source_roots
from tests.reliability.hostile_texts import texts
from tests.support import hostile, strace
from tests.support import sample_documents as samples

PDFS = 1_000 if is_full_size() else 40
PAGES = 1_000 if is_full_size() else 60


@pytest.mark.strace
@pytest.mark.timeout(3600)
def test_no_text_makes_the_renderer_open_a_file_or_a_socket(tmp_path: Path, figure: Figure) -> None:
    # Given documents that have a hostile text in each of their fields
    document = samples.french()
    fields = hostile.fields(document)
    log = tmp_path / "strace.log"
    renderer = ChildRenderer(timeout_seconds=60, command=[*strace.command(need_tool("strace"), log), *CHILD])
    made = 0
    # When one process makes all of them
    try:
        for text in texts(chance("hostile texts in PDFs"), PDFS):
            made += len(_pdf(renderer, hostile.with_text(document, fields, text))) > 1_000
    finally:
        renderer.close()
    # Then it opened what it needs to begin, and nothing after
    trace = strace.read(log)
    assert trace.sockets == ()
    assert trace.files_after_ready == ()
    assert trace.outside([*ALLOWED, *source_roots()]) == []
    assert made >= PDFS * 0.9, "most were not made at all: this showed little"
    figure("R8", f"hostile texts in each of {len(fields)} fields of a PDF", PDFS, "documents", "0 sockets, 0 files")


def _pdf(renderer: ChildRenderer, document: dict[str, Any]) -> bytes:
    try:
        return renderer.render(document, Appearance(), xml=b"<a/>")
    except Unavailable:
        return b""


class _Seen(HTMLParser):
    """The tags and attributes of a page, without its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.links: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "style")]


def test_no_text_becomes_a_tag_an_attribute_or_a_link_of_a_page(figure: Figure) -> None:
    chances = chance("hostile texts in pages")
    document = samples.french()
    fields = hostile.fields(document)
    tame = _Seen(_page(hostile.with_text(document, fields, "tame")))
    for text in texts(chances, PAGES):
        seen = _Seen(_page(hostile.with_text(document, fields, text)))
        assert {tag for tag, _ in seen.found} <= {tag for tag, _ in tame.found} | {"br"}, text
        assert not any(name.startswith("on") for _, names in seen.found for name in names), text
        assert not [link for link in seen.links if _leads_out(link)], text
    figure(
        "R8", f"hostile texts in each of {len(fields)} fields of a page", PAGES, "pages", "0 tags, 0 links of theirs"
    )


def _page(document: dict[str, Any]) -> str:
    return html.invoice_page(document, Appearance(), LINKS, today=TODAY)


def _leads_out(link: str) -> bool:
    return link.startswith(("http", "//", "file:", "javascript:", "data:text")) and not link.startswith("data:image")


def test_the_check_sees_a_tag_that_was_not_escaped() -> None:
    seen = _Seen("<p onclick=x><a href='javascript:1'><script>")
    assert ("script", ()) in seen.found
    assert any(name.startswith("on") for _, names in seen.found for name in names)
    assert _leads_out(seen.links[0])
