"""/docs shows of every call what it takes and answers, with an example, and runs nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.support.server import Server


@pytest.fixture(scope="module")
def page(server: Server) -> str:
    with server.http() as http:
        answer = http.get("/docs")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return answer.text


def section(page: str, call: str) -> str:
    """What is folded up below a call such as "GET /v2/quotes/{id}"."""
    method, path = call.split()
    found = re.search(rf"<summary><b>{method}</b> <code>{re.escape(path)}</code>.*?</details>", page, re.DOTALL)
    assert found, f"{call} is not on the page"
    return unescape(found[0])


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("GET /v2/client_invoices", ["client_invoices", "client_invoices[].total_amount", "meta.total_count"]),
        ("POST /v2/client_invoices", ["items[].unit_price.value", "client_invoice.invoice_url", "warnings"]),
        ("GET /v2/quotes/{id}", ["quote_url", "items[].title", "quote", "quote.quote_url"]),
        ("POST /v2/supplier_invoices/{id}/mark_as_paid", ["payment_date", "status", "available_actions.pay"]),
        ("GET /v2/webhook_subscriptions/{id}", ["callback_url", "types", "secret"]),
    ],
)
def test_bare_and_wrapped_answers_show_their_fields(page: str, call: str, fields: list[str]) -> None:
    shown = section(page, call)
    assert [name for name in fields if f"<td><code>{name}</code></td>" not in shown] == []


@pytest.mark.parametrize(
    ("call", "texts"),
    [
        ("POST /v2/clients", ["Example: body, application/json", '"name": "ACME SAS"', "Example: answer 200"]),
        ("POST /v2/client_invoices/{id}/send", ['"send_to": [', "Answers 204, empty."]),
        ("GET /v2/quotes/{id}", ['"quote_url": "https://billing.example.com/']),
    ],
)
def test_examples_stand_beside_the_fields(page: str, call: str, texts: list[str]) -> None:
    shown = section(page, call)
    assert [text for text in texts if text not in shown] == []


def test_it_says_what_may_be_absent_or_null_and_what_a_body_needs(page: str) -> None:
    shown = section(page, "PATCH /v2/quotes/{id}") + section(page, "POST /v2/quotes")
    for row in ("attachment_id</code></td><td>string, may be absent", "expiry_date</code></td><td>date, required",
                "discount</code></td><td>Discount or null"):  # fmt: skip
        assert row in shown


def test_nothing_on_it_runs_or_is_fetched(page: str) -> None:
    assert not re.search(r"<script|<img|<link|\son\w+=|src=", page)
