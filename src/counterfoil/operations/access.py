"""Who calls: a key or token, looked up by its hash, and the scopes it carries."""

from __future__ import annotations

import hmac
from functools import lru_cache

from counterfoil import errors
from counterfoil.domain import scopes
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.operations.work import Actor
from counterfoil.ports.ids import secret_hash
from counterfoil.store import credentials
from counterfoil.store.engine import Connection


def authenticate(conn: Connection, header: str | None, now: str, place: str, *, door: str = "api") -> Actor:
    """The actor behind an Authorization header. now: UTC text; place: the resource that is called (RFC 8707).
    door: of this server, which the journal names.

    Raises Unauthorized, never saying which part is off.
    """
    login, secret = _parts(header or "")
    row = credentials.by_hash(conn, secret_hash(secret)) if secret else None
    if row is None or row.revoked_at or (row.expires_at and row.expires_at <= now):
        raise _unknown()
    if (row.login or "") != login and not hmac.compare_digest((row.login or "").encode(), login.encode()):
        raise _unknown()
    if row.audience and row.audience != place:
        raise _elsewhere()
    principal = f"key:{row.name}" if row.login else f"token:{row.name}"
    return Actor(
        row.organization_id, principal, scopes.granted(frozenset(row.scopes.split())), credential_id=row.id,
        policy=_policy(row.policy), member_id=row.member_id,
        client=f"{door} {row.oauth_client_id}" if row.oauth_client_id else door,
    )  # fmt: skip


def require(actor: Actor, scope: str) -> None:
    """Raises Forbidden when the actor's key or token lacks `scope`."""
    if scope not in actor.scopes:
        raise errors.Forbidden(
            "forbidden",
            f"missing required oauth scope: {scope}",
            fix=f"Use a key or token with the scope {scope}: counterfoil token create --scope {scope}",
            meta={"required_scope": scope},
        )


@lru_cache(maxsize=256)
def _policy(text: str) -> ApprovalPolicy:
    return ApprovalPolicy.parse(text)


def _parts(header: str) -> tuple[str, str]:
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer" and rest:
        # A few clients put login:secret behind Bearer; a token never holds a colon.
        login, colon, secret = rest.strip().partition(":")
        return (login, secret) if colon else ("", login)
    login, _, secret = header.strip().partition(":")
    return login, secret


def _elsewhere() -> errors.Unauthorized:
    return errors.Unauthorized(
        "unauthorized",
        "This token was issued for another resource, and is not taken here.",
        fix="Ask for a token with this resource (RFC 8707): the header WWW-Authenticate names its metadata.",
    )


def _unknown() -> errors.Unauthorized:
    return errors.Unauthorized(
        "unauthorized",
        "The API key or token is missing or not known here.",
        fix="Send Authorization: login:secret, or Authorization: Bearer token; counterfoil init and "
        "counterfoil token create make them.",
    )
