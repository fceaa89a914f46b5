"""What may call in an organization's name: API keys, tokens and OAuth connections, listed and revoked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from counterfoil import errors
from counterfoil.domain import members as roles
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.scopes import ALIASES, ALL_SCOPES
from counterfoil.operations.organization import create_credential
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import secret_hash
from counterfoil.store import credentials, members
from counterfoil.store.credentials import FamilyRow
from counterfoil.store.members import MemberRow
from counterfoil.store.rows import CredentialRow

LONGEST_NAME: Final = 80
LONGEST_DAYS: Final = 3_650
_KIND: Final = "credential"


@dataclass(frozen=True, slots=True)
class Access:
    """Something that may call. kind: key, token or connection (OAuth); state: active, expired or revoked.

    member: the person for whom it acts, if one; client_id: of a connection, which is a URL where the client has one.
    """

    id: str
    kind: str
    name: str
    scopes: tuple[str, ...]
    policy: str
    created_at: str
    expires_at: str | None
    state: str
    member: MemberRow | None = None
    client_id: str = ""


def create_token(
    work: Work, *, name: str, scopes: Iterable[str], policy: ApprovalPolicy, days: int | None = None,
    member: MemberRow | None = None,
) -> tuple[Access, str]:  # fmt: skip
    """Make a bearer token; answers it and its secret, which is kept only as a hash. Raises Invalid.

    days: how long it lives, None for good. member: for whom it acts; their role may narrow scopes and policy.
    """
    wanted = checked_scopes(scopes)
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise errors.Invalid(
            "invalid_name", f"A name is one line of 1 to {LONGEST_NAME} characters.", field="name", fix="Send another."
        )
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise errors.Invalid(
            "invalid_days", f"A token lives for 1 to {LONGEST_DAYS} days.", field="expires_days", fix="Send so many."
        )
    if member:
        wanted, policy = roles.scopes_for(member.role, wanted), roles.policy_for(member.role, policy)
    secret = create_credential(
        work, name=name, login=None, scopes=wanted, policy=policy, member_id=member.id if member else None,
        expires_at=timestamp(work.now + timedelta(days=days)) if days else None,
    )  # fmt: skip
    made = credentials.by_hash(work.conn, secret_hash(secret))
    assert made is not None  # noqa: S101  # it was written in this transaction
    return _standing(made, member, work.timestamp), secret


def every(work: Work) -> list[Access]:
    """List keys, tokens and connections, the newest first; those that have ended stand last."""
    people = {row.id: row for row in members.of_organization(work.conn, work.organization_id)}
    listed = [
        *(_connection(row, people.get(row.member_id), work.timestamp)
          for row in credentials.families(work.conn, work.organization_id)),
        *(_standing(row, people.get(row.member_id or ""), work.timestamp)
          for row in credentials.standing(work.conn, work.organization_id)),
    ]  # fmt: skip
    newest = sorted(listed, key=lambda each: each.created_at, reverse=True)
    return sorted(newest, key=lambda each: each.state != "active")


def who(work: Work, credential_id: str) -> Access | None:
    """What a call was made with, by the id that events and approvals keep; None for the house itself."""
    row = credentials.get(work.conn, work.organization_id, credential_id)
    if row is None:
        return None
    wanted = row.family_id or row.id
    return next((each for each in every(work) if each.id == wanted), None)


def revoke(work: Work, access_id: str) -> Access:
    """End a key, a token or a whole connection at once. Raises NotFound, and WrongState when it was revoked before."""
    found = next((each for each in every(work) if each.id == access_id), None)
    if found is None:
        raise errors.NotFound(
            "not_found", "There is no key or token with this id.", field="id", fix="See counterfoil token list."
        )
    ends = credentials.revoke_family if found.kind == "connection" else credentials.revoke_by_id
    if not ends(work.conn, work.organization_id, access_id, work.timestamp):
        raise errors.WrongState("already_revoked", f"{found.name} was revoked before.", field="id", fix="Do nothing.")
    work.record(_KIND, access_id, "revoked", {"kind": found.kind})
    return next(each for each in every(work) if each.id == access_id)


def checked_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes themselves. Raises Invalid when there is no such scope."""
    wanted = frozenset(scopes)
    unknown = sorted(wanted - ALL_SCOPES - set(ALIASES))
    if unknown:
        raise errors.Invalid(
            "invalid_scope", f"there is no scope {unknown[0]}", field="scope",
            fix=f"scopes: {', '.join(sorted(ALL_SCOPES))}",
        )  # fmt: skip
    return wanted


def _standing(row: CredentialRow, member: MemberRow | None, now: str) -> Access:
    return Access(
        id=row.id, kind="key" if row.login else "token", name=row.name, scopes=tuple(row.scopes.split()),
        policy=row.policy, created_at=row.created_at, expires_at=row.expires_at,
        state=_state(row.revoked_at, row.expires_at, now), member=member,
    )  # fmt: skip


def _connection(row: FamilyRow, member: MemberRow | None, now: str) -> Access:
    return Access(
        id=row.family_id, kind="connection", name=row.client_name or row.client_id, scopes=tuple(row.scopes.split()),
        policy=row.policy, created_at=row.created_at, expires_at=row.expires_at,
        state=_state(row.revoked_at, row.expires_at, now), member=member, client_id=row.client_id,
    )  # fmt: skip


def _state(revoked_at: str | None, expires_at: str | None, now: str) -> str:
    if revoked_at:
        return "revoked"
    return "expired" if expires_at and expires_at <= now else "active"
