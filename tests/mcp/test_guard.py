"""Who may ask /mcp: names of this server, and pages that came from it."""

from __future__ import annotations

import pytest

from counterfoil.mcp.guard import refusal

OWN = ["billing.example"]


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8642", "localhost", "LOCALHOST:1", "[::1]:8642", "billing.example", "192.168.1.9:8642"]
)
def test_this_server_and_bare_addresses_pass(host: str) -> None:
    assert refusal(host, None, own_names=OWN) is None


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "127.0.0.1.evil.example:8642", "localhost.evil.example", "["]
)
def test_another_name_is_refused_as_rebound(host: str | None) -> None:
    found = refusal(host, None, own_names=OWN)
    assert found is not None
    assert found[0] == 421


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://billing.example", "http://127.0.0.1"])
def test_pages_of_this_server_and_this_machine_pass(origin: str) -> None:
    assert refusal("127.0.0.1:8642", origin, own_names=OWN) is None


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "", "file://", "https://billing.example.evil.example"]
)
def test_pages_of_others_are_refused(origin: str) -> None:
    found = refusal("127.0.0.1:8642", origin, own_names=OWN)
    assert found is not None
    assert found[0] == 403
