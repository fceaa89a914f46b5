"""What a client says of itself, checked: when it registers (RFC 7591), and in its own document (CIMD)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counterfoil.domain import oauth as rules
from counterfoil.web.oauth_server import has_valid_claims

_GRANTS = ("authorization_code", "refresh_token")
_METHODS = ("client_secret_basic", "client_secret_post", "none")
_DEFAULT_METHOD = "client_secret_basic"  # RFC 7591, 2
_KEPT = (
    "redirect_uris", "token_endpoint_auth_method", "grant_types", "response_types", "client_name", "client_uri",
    "logo_uri", "scope", "tos_uri", "policy_uri", "software_id", "software_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """Why it is not taken. error: as RFC 7591, 3.2.2, names it."""

    error: str
    description: str

    @property
    def body(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


def checked(sent: object, *, default_method: str = _DEFAULT_METHOD) -> dict[str, Any] | Refused:
    """What is kept of a client's metadata, with what it asks for and cannot have left out; or why it is refused."""
    if not isinstance(sent, dict):
        return Refused("invalid_client_metadata", "Send a JSON object of at most 16 kB.")
    problem = _redirect_problem(sent.get("redirect_uris"))
    if problem:
        return Refused("invalid_redirect_uri", problem)
    method = sent.get("token_endpoint_auth_method") or default_method
    if method not in _METHODS:
        return Refused("invalid_client_metadata", f"token_endpoint_auth_method is one of {', '.join(_METHODS)}.")
    grants = sent.get("grant_types") or list(_GRANTS)
    if not isinstance(grants, list) or "authorization_code" not in grants:
        return Refused("invalid_client_metadata", "grant_types must include authorization_code.")
    kept: dict[str, Any] = {name: sent[name] for name in _KEPT if sent.get(name)}
    kept |= {
        "token_endpoint_auth_method": method,
        "grant_types": [grant for grant in _GRANTS if grant in grants],
        "response_types": ["code"],
    }
    return _claims_problem(kept) or _scoped(kept)


def document(sent: Mapping[str, Any]) -> dict[str, Any] | Refused:
    """The same of a client's own document, by which it cannot share a secret with anybody."""
    if sent.get("client_secret") or sent.get("token_endpoint_auth_method", "none") != "none":
        return Refused("invalid_client_metadata", "A client with a document of its own is public here: method none.")
    found = checked(dict(sent), default_method="none")
    return found if isinstance(found, Refused) else found | {"client_id": sent["client_id"]}


def _redirect_problem(uris: object) -> str:
    if not isinstance(uris, list) or not 1 <= len(uris) <= rules.REDIRECT_URIS_MAX:
        return f"redirect_uris is a list of 1 to {rules.REDIRECT_URIS_MAX}."
    if not all(isinstance(uri, str) and rules.may_register(uri) for uri in uris):
        return "Each of redirect_uris is https, or http on 127.0.0.1, [::1] or localhost; none has a fragment."
    return ""


def _claims_problem(kept: dict[str, Any]) -> Refused | None:
    texts = [name for name in kept if name not in ("redirect_uris", "grant_types", "response_types")]
    wrong = next((name for name in texts if not isinstance(kept[name], str) or len(kept[name]) > 2_048), None)
    if wrong:
        return Refused("invalid_client_metadata", f"{wrong} is a string of at most 2048 characters.")
    if not has_valid_claims(kept):
        return Refused("invalid_client_metadata", "One of the addresses among the metadata is none.")
    return None


def _scoped(kept: dict[str, Any]) -> dict[str, Any] | Refused:
    if "scope" not in kept:
        return kept
    known = rules.readable(kept["scope"])
    if not known:
        return Refused("invalid_client_metadata", "None of the scopes is known here.")
    return kept | {"scope": " ".join(known)}
