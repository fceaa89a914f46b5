"""Answers that fit, whatever the books hold."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from counterfoil.mcp.results_size import ANSWER_BYTES_MAX, as_text, fitted, lines_page
from tests.mcp.conftest import LINE, Office
from tests.plugins.repeatable import is_full_size


def wire_bytes(answer: Any, text: str) -> int:
    """What goes out, as the library writes it: the data, and the same in a text, in ASCII."""
    return len(json.dumps({"content": [{"type": "text", "text": text}], "structuredContent": answer}))


def invoice(lines: int, length: int, letter: str = "x") -> dict[str, Any]:
    items = [{"title": f"Line {number}", "description": letter * length, "quantity": "1"} for number in range(lines)]
    return {"client_invoice": {"id": "1", "status": "draft", "items": items}, "next_actions": []}


def rows(count: int, length: int, letter: str = "x") -> dict[str, Any]:
    listed = [{"id": str(number), "status": "draft", "client_name": letter * length} for number in range(count)]
    return {"client_invoices": listed, "total_count": 10_000, "page": 3, "has_more": True, "next_page": 4}


few = settings(max_examples=settings.default.max_examples if is_full_size() else 25)
LETTERS = st.sampled_from(["x", "é", '"', "\\", "漢", "😀", "\n", "\x7f"])


@few
@given(st.integers(1, 1_000), st.integers(0, 1_800), LETTERS)
@example(1_000, 1_800, "😀")
def test_no_document_is_too_long(lines: int, length: int, letter: str) -> None:
    answer, text = fitted(invoice(lines, length, letter), "get_client_invoice", {})
    assert wire_bytes(answer, text) <= ANSWER_BYTES_MAX
    assert json.loads(text) == answer
    assert answer["client_invoice"]["id"] == "1"
    assert ("truncated" in answer) == (answer != invoice(lines, length, letter))


@few
@given(st.integers(1, 100), st.integers(0, 400), LETTERS)
@example(100, 400, "😀")
def test_no_list_is_too_long_and_the_rest_is_on_the_next_pages(count: int, length: int, letter: str) -> None:
    arguments = {"page": 3, "per_page": count}
    answer, text = fitted(rows(count, length, letter), "list_client_invoices", arguments)
    assert wire_bytes(answer, text) <= ANSWER_BYTES_MAX
    shown = len(answer["client_invoices"])
    if shown < count:
        go_on = answer["truncated"]["go_on"]["arguments"]
        assert go_on["per_page"] == shown
        # The page that follows begins with the row behind the last one that was shown, or before it.
        first_of_next = (go_on["page"] - 1) * go_on["per_page"]
        assert 2 * count < first_of_next + shown
        assert first_of_next <= 2 * count + shown
        assert answer["next_page"] == go_on["page"]


@given(
    st.recursive(
        st.text(max_size=60).map(lambda text: text * 50) | st.none() | st.integers(),
        lambda part: st.lists(part, max_size=10),
    )
)
def test_nothing_else_is_too_long_either(value: Any) -> None:
    answer, text = fitted({"anything": [value] * 60}, "tool", {})
    assert wire_bytes(answer, text) <= ANSWER_BYTES_MAX


def test_lines_come_in_pages_until_the_last() -> None:
    whole = [f"Line {number}" for number in range(120)]
    document = {"items": [{"title": title} for title in whole]}
    seen, first = [], 1
    while True:
        page = lines_page(document, first)
        seen += [line["title"] for line in page["items"]]
        more = page["more_lines"]
        assert (more["first"], more["count"]) == (first, 120)
        if "lines_from" not in more:
            break
        first = more["lines_from"]
    assert seen == whole
    assert "more_lines" not in lines_page({"items": [{"title": "one"}]})
    assert lines_page(document, 500)["items"] == []


def test_long_lines_make_short_pages() -> None:
    page = lines_page({"items": [{"description": "x" * 1_800}] * 1_000})
    assert 0 < len(page["items"]) < 10
    assert page["more_lines"]["lines_from"] == len(page["items"]) + 1


def test_text_that_is_no_text_is_written_all_the_same() -> None:
    assert json.loads(as_text({"a": "\ud800"})) == {"a": "\ud800"}


def test_a_thousand_long_lines_and_a_full_page_of_the_real_server(office: Office) -> None:
    # Given an invoice as large as the API takes, and a hundred clients with long names.
    lines, length = (1_000, 900) if is_full_size() else (300, 1_800)  # as much as one request may hold
    items = [{**LINE, "description": "x" * length, "title": f"Line {number}"} for number in range(lines)]
    large = office.ask("create_client_invoice", client_id=office.client(), items=items)["client_invoice"]
    many = 100 if is_full_size() else 12
    for number in range(many):
        office.ask("create_client", kind="company", name=f"{number} {'Société ' * 30}"[:240])
    # When both are asked for, over HTTP or not. Then each is short enough, which `conforming` checks at each call.
    shown = office.ask("get_client_invoice", id=large["id"])
    assert shown["client_invoice"]["id"] == large["id"]
    assert len(office.ask("list_clients", per_page=100)["clients"]) <= 100
