"""Where metadata is found when the server stands below a path of its host."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from counterfoil.domain.oauth import Resources
from counterfoil.rest.challenges import metadata_url
from counterfoil.web import oauth_metadata

BASE = "https://example.com/billing"


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        ("/.well-known/oauth-authorization-server", "issuer", BASE),
        ("/.well-known/oauth-authorization-server/billing", "issuer", BASE),
        ("/.well-known/openid-configuration/billing", "token_endpoint", f"{BASE}/oauth2/token"),
        ("/.well-known/oauth-protected-resource/billing", "resource", BASE),
        ("/.well-known/oauth-protected-resource/billing/mcp", "resource", f"{BASE}/mcp"),
        ("/.well-known/oauth-protected-resource/mcp", "resource", f"{BASE}/mcp"),
    ],
)
def test_names_stand_before_the_path_and_alone(path: str, key: str, value: str) -> None:
    app = FastAPI()
    oauth_metadata.mount(app, Resources(BASE))
    assert TestClient(app).get(path).json()[key] == value


def test_the_challenge_names_the_place_before_the_path() -> None:
    assert metadata_url(f"{BASE}/mcp") == "https://example.com/.well-known/oauth-protected-resource/billing/mcp"
    assert metadata_url("https://example.com") == "https://example.com/.well-known/oauth-protected-resource"
