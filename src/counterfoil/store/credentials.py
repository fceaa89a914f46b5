"""API keys and tokens. Only hashes are stored; they are looked up before the organization is known."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import CredentialRow
from counterfoil.store.tables import credentials

_GET = Prepared(select(credentials).where(credentials.c.secret_hash == bindparam("secret_hash")))


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
