"""OAuth 2.1: who may ask for access, what a person gave them, and the tokens that came of it.

The protocol's own checks (parameters, how a client proves itself, PKCE) are the web's; here is what lasts. All tokens
that came of one consent are a family, and the family's id names them: in lists, in approvals, in the journal.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from counterfoil import errors
from counterfoil.domain import members as roles
from counterfoil.domain import oauth as rules
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.oauth import Client
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import secret, secret_hash, uuid7
from counterfoil.store import credentials, members
from counterfoil.store import oauth as rows
from counterfoil.store.engine import Connection
from counterfoil.store.members import MemberRow
from counterfoil.store.oauth import ClientRow, CodeRow, RefreshRow
from counterfoil.store.rows import CredentialRow

KIND = "credential"
FRESH_UNTIL = "counterfoil_fresh_until"
_UNUSED_CLIENTS_KEPT = timedelta(days=180)
_ENDED_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person gives to a client. redirect_uri: as the client sent it, "" when it sent none."""

    client: Client
    member_id: str
    scopes: Sequence[str]
    policy: ApprovalPolicy
    audience: str
    redirect_uri: str
    code_challenge: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Family:
    """What tokens of one consent have in common."""

    id: str
    client: Client
    member: MemberRow
    policy: str
    audience: str


def client(conn: Connection, client_id: str) -> Client | None:
    """Find a client by its id, as it was registered or as its own document was read last."""
    row = rows.client(conn, client_id)
    return _client(row) if row else None


def is_secret_of(found: Client, given: str) -> bool:
    """Tell whether a client's secret is the right one; a public client has none."""
    return not found.is_public and hmac.compare_digest(found.secret_hash, secret_hash(given))


def is_fresh(conn: Connection, client_id: str, now: datetime) -> bool:
    """Tell whether a client's own document was read lately enough to be believed."""
    row = rows.client(conn, client_id)
    return row is not None and str(json.loads(row.document).get(FRESH_UNTIL, "")) > timestamp(now)


def register(conn: Connection, now: datetime, metadata: Mapping[str, Any]) -> tuple[Client, str]:
    """Register a client that asks for it itself (RFC 7591), and return its secret, "" when it is public.

    metadata: checked. Nobody vouches for it, so only a person's consent gives it anything.
    """
    rows.forget_unused(conn, before=timestamp(now - _UNUSED_CLIENTS_KEPT))
    is_public = metadata["token_endpoint_auth_method"] == "none"  # noqa: S105  # a method's name
    made = "" if is_public else secret()
    row = ClientRow(
        uuid7(now), "", "registered", secret_hash(made) if made else "", _name(metadata), json.dumps(dict(metadata)),
        timestamp(now),
    )  # fmt: skip
    rows.put_client(conn, "", row)
    return _client(row), made


def keep_document(conn: Connection, now: datetime, metadata: Mapping[str, Any], keep: timedelta) -> Client:
    """Remember what a client says of itself in the document that its id leads to; it is believed for `keep`."""
    kept = dict(metadata) | {FRESH_UNTIL: timestamp(now + keep)}
    row = ClientRow(
        str(metadata["client_id"]), "", "document", "", _name(metadata), json.dumps(kept), timestamp(now),
        timestamp(now),
    )  # fmt: skip
    rows.put_client(conn, "", row)
    return _client(row)


def add_client(work: Work, *, name: str, redirect_uris: Sequence[str], is_public: bool) -> tuple[Client, str]:
    """Add a client that the operator vouches for, and return its secret, which is shown once; "" when it is public."""
    if not name.strip() or len(name) > rules.NAME_CHARS_MAX or not name.isprintable():
        raise errors.Invalid(
            "invalid_name", f"A client's name has 1 to {rules.NAME_CHARS_MAX} printable characters.", field="name",
            fix="Name the program as a person would recognize it.",
        )  # fmt: skip
    for uri in redirect_uris:
        if rules.redirect(uri) is None:
            raise errors.Invalid(
                "invalid_redirect_uri", f"{uri[:200]} is no redirect URI.", field="redirect_uri",
                fix="Give an https:// address without fragment, http://127.0.0.1/… for a program on a person's own "
                "machine, or a scheme of the program's own.",
            )  # fmt: skip
    made = "" if is_public else work.new_secret()
    document = {"client_name": name, "redirect_uris": list(redirect_uris)}
    row = ClientRow(
        work.new_id(), work.organization_id, "manual", secret_hash(made) if made else "", name, json.dumps(document),
        work.timestamp,
    )  # fmt: skip
    rows.put_client(work.conn, work.organization_id, row)
    work.record(KIND, row.client_id, "oauth_client_added", {"is_public": is_public})
    return _client(row), made


def clients(work: Work) -> list[Client]:
    """List the clients that were added for this organization."""
    return [_client(row) for row in rows.clients(work.conn, work.organization_id)]


def remove_client(work: Work, client_id: str) -> None:
    """Remove a client that was added for this organization; all its tokens end at once."""
    if not rows.remove_client(work.conn, work.organization_id, client_id):
        raise errors.NotFound("not_found", "There is no such client here.", fix="See: counterfoil oauth-client list")
    for family_id in rows.families_of_client(work.conn, work.organization_id, client_id):
        revoke_family(work, family_id, "client_removed")
    work.record(KIND, client_id, "oauth_client_removed")


def offered(found: Client, role: str, wanted: str) -> tuple[str, ...]:
    """Name the scopes that the consent page offers: what is asked for, cut to what the client and the person may.

    wanted: "" for all that an assistant works with; to stay connected, to know who one is and to be told of changes
    must be asked for.
    """
    may = rules.readable(found.scope) or tuple(rules.SCOPE_WORDS)
    asked = rules.readable(wanted) if wanted.strip() else tuple(scope for scope in may if scope in rules.MCP_SCOPES)
    allowed = roles.scopes_for(role, frozenset(may))
    return tuple(scope for scope in asked if scope in allowed)


def consent(work: Work, given: Consent) -> str:
    """Write down what a person gave to a client, and return the code that the client gets its tokens for, once."""
    member = _member(work, given.member_id)
    if member is None:
        raise errors.Forbidden("forbidden", "This person is no member any more.")
    rows.forget_before(work.conn, work.organization_id, timestamp(work.now - _ENDED_KEPT))
    code = work.new_secret()
    row = CodeRow(
        secret_hash=secret_hash(code),
        organization_id=work.organization_id,
        client_id=given.client.client_id,
        member_id=member.id,
        scopes=" ".join(given.scopes),
        policy=str(roles.policy_for(member.role, given.policy)),
        audience=given.audience,
        redirect_uri=given.redirect_uri,
        code_challenge=given.code_challenge,
        nonce=given.nonce,
        created_at=work.timestamp,
        expires_at=timestamp(work.now + rules.CODE_LIFE),
        used_at=None,
        family_id=work.new_id(),
    )
    rows.insert_code(work.conn, work.organization_id, row)
    work.record(KIND, row.family_id, "oauth_consented", _told(given.client, row.scopes, row.policy, row.audience))
    return code


def code(conn: Connection, given: str) -> CodeRow | None:
    """Find an authorization code, used, ended or live."""
    return rows.code(conn, secret_hash(given))


def use_code(work: Work, row: CodeRow) -> bool:
    """Spend a code; False, and the end of all that it gave, when it was spent before (RFC 9700, 2.1.1)."""
    if rows.use_code(work.conn, work.organization_id, row.secret_hash, work.timestamp):
        return True
    revoke_family(work, row.family_id, "code_used_twice")
    return False


def refresh_token(conn: Connection, given: str) -> RefreshRow | None:
    """Find a refresh token, replaced, revoked, ended or live."""
    return rows.refresh_token(conn, secret_hash(given))


def may_refresh(work: Work, row: RefreshRow) -> bool:
    """Tell whether a refresh token still gives tokens; one that was replaced long ago ends its whole family.

    Two requests of one program may be under way with the same token, so for a minute it is taken again.
    """
    if row.revoked_at or row.expires_at <= work.timestamp:
        return False
    if row.replaced_at and row.replaced_at <= timestamp(work.now - rules.REPLACED_LIFE):
        revoke_family(work, row.family_id, "refresh_token_used_twice")
        return False
    return True


def family(work: Work, row: CodeRow | RefreshRow, found: Client) -> Family | None:
    """Tell what tokens of a code or refresh token have in common; None when its person is no member any more."""
    member = _member(work, row.member_id)
    if member is None:
        return None
    policy = roles.policy_for(member.role, ApprovalPolicy.parse(row.policy))
    return Family(row.family_id, found, member, str(policy), row.audience)


def still_allowed(of: Family, scopes: str) -> str:
    """Cut scopes that were given once to what the person may today."""
    allowed = roles.scopes_for(of.member.role, frozenset(scopes.split()))
    return " ".join(scope for scope in scopes.split() if scope in allowed)


def issue_access_token(work: Work, of: Family, token: str, scopes: str) -> None:
    """Make `token` a credential of the family, for an hour."""
    name = f"{of.client.name} ({of.member.email})"[: rules.NAME_CHARS_MAX]
    row = CredentialRow(
        secret_hash=secret_hash(token),
        organization_id=work.organization_id,
        login=None,
        name=name,
        scopes=scopes,
        created_at=work.timestamp,
        expires_at=timestamp(work.now + rules.ACCESS_LIFE),
        revoked_at=None,
        id=of.id,
        policy=of.policy,
        audience=of.audience,
        member_id=of.member.id,
        oauth_client_id=of.client.client_id,
        family_id=of.id,
    )
    credentials.insert_credential(work.conn, work.organization_id, row)
    work.record(KIND, of.id, "oauth_token_issued", _told(of.client, scopes, of.policy, of.audience))


def issue_refresh_token(work: Work, of: Family, token: str, scopes: str, replaces: RefreshRow | None) -> None:
    """Make `token` the family's next refresh token, in the place of `replaces`. scopes: all that were consented to."""
    if replaces:
        rows.replace_refresh_token(work.conn, work.organization_id, replaces.secret_hash, work.timestamp)
    row = RefreshRow(
        secret_hash=secret_hash(token),
        organization_id=work.organization_id,
        family_id=of.id,
        client_id=of.client.client_id,
        member_id=of.member.id,
        scopes=scopes,
        policy=of.policy,
        audience=of.audience,
        created_at=work.timestamp,
        expires_at=timestamp(work.now + rules.REFRESH_LIFE),
    )
    rows.insert_refresh_token(work.conn, work.organization_id, row)


def access_token(conn: Connection, given: str) -> CredentialRow | None:
    """Find an access token that OAuth gave."""
    row = credentials.by_hash(conn, secret_hash(given))
    return row if row and row.family_id else None


def revoke_access_token(work: Work, row: CredentialRow) -> None:
    """Revoke one access token; its family can still be refreshed."""
    credentials.revoke(work.conn, work.organization_id, row.secret_hash, work.timestamp)
    work.record(KIND, row.id, "oauth_token_revoked")


def revoke_family(work: Work, family_id: str, reason: str) -> bool:
    """Revoke all tokens of one consent; False when none was live."""
    is_ended = credentials.revoke_family(work.conn, work.organization_id, family_id, work.timestamp)
    if is_ended:
        work.record(KIND, family_id, "oauth_revoked", {"reason": reason})
    return is_ended


def withdraw(work: Work) -> None:
    """Revoke the consent that the caller's own token came of."""
    if not revoke_family(work, work.actor.credential_id, "consent_withdrawn"):
        raise errors.Forbidden(
            "no_consent", "This key or token came of no consent, so there is none to withdraw.",
            fix="Revoke it where it was made: counterfoil token revoke, or the page /access.",
        )  # fmt: skip


def _member(work: Work, member_id: str) -> MemberRow | None:
    row = members.get(work.conn, work.organization_id, member_id)
    return None if row is None or row.disabled_at else row


def _client(row: ClientRow) -> Client:
    document = json.loads(row.document)
    host = ""
    if row.kind == "document":
        of_itself = rules.redirect(row.client_id)
        host = of_itself.host if of_itself else ""
    return Client(
        client_id=row.client_id,
        kind=row.kind,  # type: ignore[arg-type]  # written above, and nowhere else
        organization_id=row.organization_id,
        name=row.name,
        redirect_uris=tuple(document["redirect_uris"]),
        secret_hash=row.secret_hash,
        scope=str(document.get("scope") or ""),
        host=host,
    )


def _name(metadata: Mapping[str, Any]) -> str:
    plain = "".join(char for char in str(metadata.get("client_name") or "") if char.isprintable()).strip()
    return plain[: rules.NAME_CHARS_MAX] or "A program without a name"


def _told(of: Client, scopes: str, policy: str, audience: str) -> dict[str, object]:
    return {"client_id": of.client_id, "scopes": scopes, "policy": policy, "audience": audience}
