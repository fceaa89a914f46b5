"""Sessions and one-time sign-in links. Only hashes are stored; they are looked up before the organization is known."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from counterfoil.store.access_tables import sessions, sign_in_links


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A signed-in browser. secret_hash: of its cookie."""

    secret_hash: str
    organization_id: str
    member_id: str
    created_at: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link that signs in once."""

    secret_hash: str
    organization_id: str
    member_id: str
    created_at: str
    expires_at: str
    used_at: str | None = None


def by_hash(conn: Connection, secret_hash: str) -> SessionRow | None:
    """The session whose cookie has this SHA-256."""
    row = conn.execute(select(sessions).where(sessions.c.secret_hash == secret_hash)).fetchone()
    return SessionRow(*row) if row else None


def insert_session(conn: Connection, organization_id: str, row: SessionRow) -> None:
    """Adds a session of a member."""
    conn.execute(insert(sessions), _values(row) | {"organization_id": organization_id})


def end(conn: Connection, organization_id: str, secret_hash: str) -> None:
    """Ends one session."""
    conn.execute(
        delete(sessions).where(sessions.c.organization_id == organization_id, sessions.c.secret_hash == secret_hash)
    )


def end_all(conn: Connection, organization_id: str, member_id: str) -> None:
    """Ends all sessions of a member, and takes back all links."""
    for table in (sessions, sign_in_links):
        conn.execute(delete(table).where(table.c.organization_id == organization_id, table.c.member_id == member_id))


def forget_before(conn: Connection, organization_id: str, moment: str) -> None:
    """Removes what has ended before `moment`."""
    for table in (sessions, sign_in_links):
        conn.execute(delete(table).where(table.c.organization_id == organization_id, table.c.expires_at < moment))


def link_by_hash(conn: Connection, secret_hash: str) -> LinkRow | None:
    """The link whose token has this SHA-256."""
    row = conn.execute(select(sign_in_links).where(sign_in_links.c.secret_hash == secret_hash)).fetchone()
    return LinkRow(*row) if row else None


def insert_link(conn: Connection, organization_id: str, row: LinkRow) -> None:
    """Adds a link for a member."""
    conn.execute(insert(sign_in_links), _values(row) | {"organization_id": organization_id})


def use_link(conn: Connection, organization_id: str, secret_hash: str, used_at: str) -> bool:
    """Marks a link as used; False when it was before, however closely the two follow each other."""
    result = conn.execute(
        update(sign_in_links)
        .where(
            sign_in_links.c.organization_id == organization_id, sign_in_links.c.secret_hash == secret_hash,
            sign_in_links.c.used_at.is_(None),
        )
        .values(used_at=used_at)
    )  # fmt: skip
    return result.rowcount > 0


def _values(row: SessionRow | LinkRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.__slots__}
