"""OAuth's rules: scopes in words, redirect URIs, resources."""

from __future__ import annotations

import pytest

from counterfoil.domain import oauth, scopes
from counterfoil.domain.approvals import ALWAYS, NEVER
from counterfoil.domain.oauth import Client, Resources
from counterfoil.mcp.catalog import TOOLS

RESOURCES = Resources("https://billing.example")


def client(*redirect_uris: str, secret_hash: str = "") -> Client:
    return Client("c", "manual", "", "Bot", redirect_uris, secret_hash)


def test_every_scope_that_is_offered_is_one_and_has_words() -> None:
    assert set(oauth.SCOPE_WORDS) <= scopes.ALL_SCOPES
    assert {scope for scope in scopes.ALL_SCOPES if not scope.startswith("payment_link.")} == set(oauth.SCOPE_WORDS)


def test_an_assistant_is_told_of_every_scope_that_a_tool_needs() -> None:
    assert {tool.scope for tool in TOOLS if tool.scope} <= set(oauth.MCP_SCOPES)


def test_older_spellings_are_read_and_what_is_unknown_is_left_out() -> None:
    assert oauth.readable("client_invoices.write payment.write client.read") == ("client.read", "client_invoice.write")


@pytest.mark.parametrize(
    ("uri", "own"),
    [
        ("https://billing.example", "https://billing.example"),
        ("https://billing.example/", "https://billing.example"),
        ("https://billing.example/mcp", "https://billing.example/mcp"),
        ("https://billing.example/mcp/", "https://billing.example/mcp"),
        ("https://billing.example/v2", None),
        ("https://billing.example.evil.example/mcp", None),
        ("http://billing.example/mcp", None),
        ("", None),
    ],
)
def test_resources_are_known_by_their_very_names(uri: str, own: str | None) -> None:
    assert RESOURCES.named(uri) == own


def test_assistants_ask_and_programs_act() -> None:
    assert oauth.default_policy(RESOURCES.mcp, RESOURCES) == ALWAYS
    assert oauth.default_policy(RESOURCES.api, RESOURCES) == NEVER


@pytest.mark.parametrize(
    ("uri", "is_taken"),
    [
        ("http://127.0.0.1:3000/callback", True),
        ("http://127.0.0.1:61000/callback", True),
        ("http://127.0.0.1/callback", True),
        ("http://127.0.0.1:61000/callback?x=1", False),
        ("http://127.0.0.1:61000/other", False),
        ("http://localhost:3000/callback", False),
        ("http://127.0.0.1.evil.example:3000/callback", False),
        ("https://127.0.0.1:3000/callback", False),
        ("http://127.0.0.1:3000@evil.example/callback", False),
        ("https://app.example/cb", True),
        ("https://app.example:444/cb", False),
        ("https://app.example/cb/", False),
        ("https://APP.example/cb", False),
    ],
)
def test_redirect_uris_are_compared_letter_for_letter_but_for_a_loopbacks_port(uri: str, is_taken: bool) -> None:
    assert client("http://127.0.0.1:3000/callback", "https://app.example/cb").takes(uri) is is_taken


def test_only_a_public_client_has_a_port_of_its_choice() -> None:
    assert not client("http://127.0.0.1:3000/callback", secret_hash="x").takes("http://127.0.0.1:3001/callback")
