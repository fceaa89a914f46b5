"""API keys and tokens. Only hashes are stored; they are looked up before the organization is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from counterfoil.store.access_tables import oauth_clients, oauth_codes, oauth_refresh_tokens
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import CredentialRow
from counterfoil.store.tables import credentials

_NEVER = "9999-12-31T23:59:59.999Z"
_GET = Prepared(select(credentials).where(credentials.c.secret_hash == bindparam("secret_hash")))


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """An OAuth connection: the refresh tokens of one consent. revoked_at: set when all of them are."""

    family_id: str
    client_id: str
    client_name: str
    member_id: str
    scopes: str
    policy: str
    created_at: str
    expires_at: str
    revoked_at: str | None


def by_hash(conn: Connection, secret_hash: str) -> CredentialRow | None:
    """The credential whose secret has this SHA-256."""
    row = _GET.run(conn, secret_hash=secret_hash).fetchone()
    return CredentialRow(*row) if row else None


def insert_credential(conn: Connection, organization_id: str, row: CredentialRow) -> None:
    """Adds a credential of the organization."""
    values = {name: getattr(row, name) for name in CredentialRow.__slots__}
    conn.execute(insert(credentials), values | {"organization_id": organization_id})


def revoke(conn: Connection, organization_id: str, secret_hash: str, revoked_at: str) -> bool:
    """Marks a credential as revoked; False when the organization has none such."""
    result = conn.execute(
        update(credentials)
        .where(credentials.c.organization_id == organization_id, credentials.c.secret_hash == secret_hash)
        .values(revoked_at=revoked_at)
    )
    return result.rowcount > 0


def get(conn: Connection, organization_id: str, credential_id: str) -> CredentialRow | None:
    """The key or token with this id, ended or not."""
    row = conn.execute(
        select(credentials).where(credentials.c.organization_id == organization_id, credentials.c.id == credential_id)
    ).fetchone()
    return CredentialRow(*row) if row else None


def standing(conn: Connection, organization_id: str) -> list[CredentialRow]:
    """API keys and tokens that are no part of an OAuth connection, the newest first; ended ones too."""
    query = select(credentials).where(
        credentials.c.organization_id == organization_id, credentials.c.family_id.is_(None)
    )
    rows = conn.execute(query.order_by(credentials.c.created_at.desc(), credentials.c.id))
    return [CredentialRow(*row) for row in rows]


def families(conn: Connection, organization_id: str) -> list[FamilyRow]:
    """OAuth connections, the newest first; ended ones too. A token without a refresh token is one as well."""
    found: dict[str, FamilyRow] = {}
    for table, client in ((oauth_refresh_tokens, "client_id"), (credentials, "oauth_client_id")):
        one = table.c
        # A family has a row for each time it was refreshed: one row is made of them, which is ended when all are.
        ended = case((func.count() == func.count(one.revoked_at), func.max(one.revoked_at)))
        query = (
            select(
                one.family_id, func.max(one[client]), func.coalesce(func.max(oauth_clients.c.name), ""),
                func.coalesce(func.max(one.member_id), ""), func.max(one.scopes), func.max(one.policy),
                func.min(one.created_at), func.coalesce(func.max(one.expires_at), _NEVER), ended,
            )
            .select_from(table.join(oauth_clients, oauth_clients.c.client_id == one[client], isouter=True))
            .where(one.organization_id == organization_id, one.family_id.is_not(None))
            .group_by(one.family_id)
        )  # fmt: skip
        for row in conn.execute(query):
            found[row[0]] = _joined(found.get(row[0]), FamilyRow(*row))
    return sorted(found.values(), key=lambda row: (row.created_at, row.family_id), reverse=True)


def revoke_by_id(conn: Connection, organization_id: str, credential_id: str, revoked_at: str) -> bool:
    """Revokes the key or token with this id; False when the organization has none such that was not revoked before."""
    result = conn.execute(
        update(credentials)
        .where(
            credentials.c.organization_id == organization_id, credentials.c.id == credential_id,
            credentials.c.revoked_at.is_(None),
        )
        .values(revoked_at=revoked_at)
    )  # fmt: skip
    return result.rowcount > 0


def revoke_family(conn: Connection, organization_id: str, family_id: str, revoked_at: str) -> bool:
    """Revokes all tokens of an OAuth connection; False when there was none left."""
    changed = 0
    for table in (credentials, oauth_refresh_tokens):
        result = conn.execute(
            update(table)
            .where(
                table.c.organization_id == organization_id, table.c.family_id == family_id, table.c.revoked_at.is_(None)
            )
            .values(revoked_at=revoked_at)
        )
        changed += result.rowcount
    return changed > 0


def revoke_of_member(conn: Connection, organization_id: str, member_id: str, revoked_at: str) -> None:
    """Revokes all that acts for a member, and what could still become a token."""
    for table, column in ((credentials, "revoked_at"), (oauth_refresh_tokens, "revoked_at"), (oauth_codes, "used_at")):
        conn.execute(
            update(table)
            .where(
                table.c.organization_id == organization_id, table.c.member_id == member_id, table.c[column].is_(None)
            )
            .values({column: revoked_at})
        )


def _joined(known: FamilyRow | None, row: FamilyRow) -> FamilyRow:
    """One row of the two: of the oldest, but living as long as the longest, and ended only when both are."""
    if known is None:
        return row
    is_alive = known.revoked_at is None or row.revoked_at is None
    return replace(
        known,
        created_at=min(known.created_at, row.created_at),
        expires_at=max(known.expires_at, row.expires_at),
        revoked_at=None if is_alive else max(known.revoked_at or "", row.revoked_at or ""),
    )
