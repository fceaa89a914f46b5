"""OAuth's clients, codes and refresh tokens. Only hashes of secrets are stored; access tokens are credentials.

Clients, codes and tokens are looked up before the organization is known, for they are what tells it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from counterfoil.store.access_tables import oauth_clients, oauth_codes, oauth_refresh_tokens
from counterfoil.store.tables import credentials
from counterfoil.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class ClientRow:
    """A program that asks for access. document: its metadata as JSON; the rest: see the table."""

    client_id: str
    organization_id: str
    kind: str
    secret_hash: str
    name: str
    document: str
    created_at: str
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class CodeRow:
    """An authorization code, and what it stands for."""

    secret_hash: str
    organization_id: str
    client_id: str
    member_id: str
    scopes: str
    policy: str
    audience: str
    redirect_uri: str
    code_challenge: str
    nonce: str
    created_at: str
    expires_at: str
    used_at: str | None
    family_id: str


@dataclass(frozen=True, slots=True)
class RefreshRow:
    """A refresh token. replaced_at: when it was used first."""

    secret_hash: str
    organization_id: str
    family_id: str
    client_id: str
    member_id: str
    scopes: str
    policy: str
    audience: str
    created_at: str
    expires_at: str
    replaced_at: str | None = None
    revoked_at: str | None = None


_PUT_CLIENT = upsert(oauth_clients, ["client_id"], ["name", "document", "fetched_at"])


def client(conn: Connection, client_id: str) -> ClientRow | None:
    """The client with this id."""
    row = conn.execute(select(oauth_clients).where(oauth_clients.c.client_id == client_id)).fetchone()
    return ClientRow(*row) if row else None


def put_client(conn: Connection, organization_id: str, row: ClientRow) -> None:
    """Adds a client; one that is there already has its name and metadata replaced."""
    values = {name: getattr(row, name) for name in ClientRow.__slots__} | {"organization_id": organization_id}
    conn.execute(_PUT_CLIENT[conn.dialect.name], values)


def clients(conn: Connection, organization_id: str) -> list[ClientRow]:
    """The organization's own clients, the first first."""
    query = (
        select(oauth_clients)
        .where(oauth_clients.c.organization_id == organization_id)
        .order_by(oauth_clients.c.created_at, oauth_clients.c.client_id)
    )
    return [ClientRow(*row) for row in conn.execute(query)]


def remove_client(conn: Connection, organization_id: str, client_id: str) -> bool:
    """Removes one of the organization's own clients; False when it has none such."""
    result = conn.execute(
        delete(oauth_clients).where(
            oauth_clients.c.organization_id == organization_id, oauth_clients.c.client_id == client_id
        )
    )
    return result.rowcount > 0


def forget_unused(conn: Connection, *, before: str) -> None:
    """Removes clients that came by themselves before that moment and have no code and no token."""
    conn.execute(
        delete(oauth_clients).where(
            oauth_clients.c.organization_id == "",
            oauth_clients.c.created_at < before,
            oauth_clients.c.client_id.not_in(select(oauth_codes.c.client_id)),
            oauth_clients.c.client_id.not_in(select(oauth_refresh_tokens.c.client_id)),
            oauth_clients.c.client_id.not_in(
                select(credentials.c.oauth_client_id).where(credentials.c.oauth_client_id.is_not(None))
            ),
        )
    )


def code(conn: Connection, secret_hash: str) -> CodeRow | None:
    """The code with this SHA-256."""
    row = conn.execute(select(oauth_codes).where(oauth_codes.c.secret_hash == secret_hash)).fetchone()
    return CodeRow(*row) if row else None


def insert_code(conn: Connection, organization_id: str, row: CodeRow) -> None:
    """Adds a code."""
    values = {name: getattr(row, name) for name in CodeRow.__slots__}
    conn.execute(insert(oauth_codes), values | {"organization_id": organization_id})


def use_code(conn: Connection, organization_id: str, secret_hash: str, used_at: str) -> bool:
    """Marks a code as used; False when it was before, however closely the two follow each other."""
    result = conn.execute(
        update(oauth_codes)
        .where(
            oauth_codes.c.organization_id == organization_id, oauth_codes.c.secret_hash == secret_hash,
            oauth_codes.c.used_at.is_(None),
        )
        .values(used_at=used_at)
    )  # fmt: skip
    return result.rowcount > 0


def refresh_token(conn: Connection, secret_hash: str) -> RefreshRow | None:
    """The refresh token with this SHA-256."""
    query = select(oauth_refresh_tokens).where(oauth_refresh_tokens.c.secret_hash == secret_hash)
    row = conn.execute(query).fetchone()
    return RefreshRow(*row) if row else None


def insert_refresh_token(conn: Connection, organization_id: str, row: RefreshRow) -> None:
    """Adds a refresh token."""
    values = {name: getattr(row, name) for name in RefreshRow.__slots__}
    conn.execute(insert(oauth_refresh_tokens), values | {"organization_id": organization_id})


def replace_refresh_token(conn: Connection, organization_id: str, secret_hash: str, replaced_at: str) -> None:
    """Notes when a refresh token was used first; a later use does not change it."""
    conn.execute(
        update(oauth_refresh_tokens)
        .where(
            oauth_refresh_tokens.c.organization_id == organization_id,
            oauth_refresh_tokens.c.secret_hash == secret_hash,
            oauth_refresh_tokens.c.replaced_at.is_(None),
        )
        .values(replaced_at=replaced_at)
    )


def families_of_client(conn: Connection, organization_id: str, client_id: str) -> list[str]:
    """The consents given to a client, as the ids of their families."""
    query = select(oauth_codes.c.family_id).where(
        oauth_codes.c.organization_id == organization_id, oauth_codes.c.client_id == client_id
    )
    tokens = select(oauth_refresh_tokens.c.family_id).where(
        oauth_refresh_tokens.c.organization_id == organization_id, oauth_refresh_tokens.c.client_id == client_id
    )
    access = select(credentials.c.family_id).where(
        credentials.c.organization_id == organization_id, credentials.c.oauth_client_id == client_id
    )
    return sorted({family for family in conn.execute(query.union(tokens, access)).scalars() if family})


def forget_before(conn: Connection, organization_id: str, moment: str) -> None:
    """Removes codes, refresh tokens and access tokens of OAuth that ended before that moment."""
    for table in (oauth_codes, oauth_refresh_tokens):
        conn.execute(delete(table).where(table.c.organization_id == organization_id, table.c.expires_at < moment))
    conn.execute(
        delete(credentials).where(
            credentials.c.organization_id == organization_id,
            credentials.c.family_id.is_not(None),
            credentials.c.expires_at < moment,
        )
    )
