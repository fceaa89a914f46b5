"""Members: the people of an organization."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from counterfoil.store.access_tables import members


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A person in one organization. password_hash: "" until one is chosen."""

    organization_id: str
    id: str
    email: str
    name: str
    role: str
    password_hash: str
    created_at: str
    disabled_at: str | None = None


def get(conn: Connection, organization_id: str, member_id: str) -> MemberRow | None:
    """The member with this id."""
    row = conn.execute(
        select(members).where(members.c.organization_id == organization_id, members.c.id == member_id)
    ).fetchone()
    return MemberRow(*row) if row else None


def by_email(conn: Connection, organization_id: str, email: str) -> MemberRow | None:
    """The member with this address, in lower case."""
    row = conn.execute(
        select(members).where(members.c.organization_id == organization_id, members.c.email == email)
    ).fetchone()
    return MemberRow(*row) if row else None


def everywhere(conn: Connection, email: str) -> list[MemberRow]:
    """What the person with this address is, in all organizations."""
    rows = conn.execute(select(members).where(members.c.email == email).order_by(members.c.organization_id))
    return [MemberRow(*row) for row in rows]


def has_any(conn: Connection) -> bool:
    """Whether anybody can sign in on this server."""
    return conn.execute(select(members.c.id).limit(1)).fetchone() is not None


def of_organization(conn: Connection, organization_id: str) -> list[MemberRow]:
    """All members, the first first."""
    rows = conn.execute(
        select(members).where(members.c.organization_id == organization_id).order_by(members.c.created_at, members.c.id)
    )
    return [MemberRow(*row) for row in rows]


def insert_member(conn: Connection, organization_id: str, row: MemberRow) -> None:
    """Adds a member."""
    values = {name: getattr(row, name) for name in MemberRow.__slots__}
    conn.execute(insert(members), values | {"organization_id": organization_id})


def set_password(conn: Connection, organization_id: str, member_id: str, password_hash: str) -> None:
    """Gives a member another password."""
    conn.execute(
        update(members)
        .where(members.c.organization_id == organization_id, members.c.id == member_id)
        .values(password_hash=password_hash)
    )


def set_disabled(conn: Connection, organization_id: str, member_id: str, disabled_at: str | None) -> None:
    """Shuts a member out, or (None) lets them in again."""
    conn.execute(
        update(members)
        .where(members.c.organization_id == organization_id, members.c.id == member_id)
        .values(disabled_at=disabled_at)
    )
