"""/.well-known/…: what the authorization server can (RFC 8414, OpenID Connect), and who gives tokens (RFC 9728)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from counterfoil.domain import oauth as rules
from counterfoil.domain.oauth import Resources

_HEADERS = {"cache-control": "public, max-age=300", "access-control-allow-origin": "*"}
_METHODS = ["client_secret_basic", "client_secret_post", "none"]


def mount(app: FastAPI, resources: Resources) -> None:
    """Adds the documents to `app`. Below a path of a host, each name stands before that path, and after it as well."""
    path = urlsplit(resources.base_url).path.rstrip("/")
    server = _server(resources)
    documents = {
        "/.well-known/oauth-authorization-server": server,
        "/.well-known/openid-configuration": server,
        "/.well-known/oauth-protected-resource": _resource(resources, resources.api, rules.API_SCOPES),
    }
    for name, document in documents.items():
        for at in {name, f"{name}{path}"}:
            _add(app, at, document)
    at_mcp = _resource(resources, resources.mcp, rules.MCP_SCOPES)
    for at in {"/.well-known/oauth-protected-resource/mcp", f"/.well-known/oauth-protected-resource{path}/mcp"}:
        _add(app, at, at_mcp)


def _add(app: FastAPI, path: str, document: dict[str, Any]) -> None:
    async def serve(_request: Request) -> Response:
        return JSONResponse(document, headers=_HEADERS)

    app.add_route(path, serve, methods=["GET"])


def _server(resources: Resources) -> dict[str, Any]:
    base = resources.base_url
    return {
        "issuer": base,
        "authorization_endpoint": f"{base}/oauth2/auth",
        "token_endpoint": f"{base}/oauth2/token",
        "revocation_endpoint": f"{base}/oauth2/revoke",
        "registration_endpoint": f"{base}/oauth2/register",
        "jwks_uri": f"{base}/oauth2/jwks",
        "scopes_supported": list(rules.SCOPE_WORDS),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "protected_resources": [resources.api, resources.mcp],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["iss", "sub", "aud", "iat", "exp", "nonce", "at_hash", "email", "name"],
        "prompt_values_supported": ["none", "consent"],
        "service_documentation": f"{base}/docs",
    }


def _resource(resources: Resources, resource: str, scopes: tuple[str, ...]) -> dict[str, Any]:
    return {
        "resource": resource,
        "authorization_servers": [resources.base_url],
        "scopes_supported": list(scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": "Counterfoil MCP server" if resource == resources.mcp else "Counterfoil API",
        "resource_documentation": f"{resources.base_url}/docs",
    }
