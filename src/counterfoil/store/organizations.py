"""Organizations and their bank accounts."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import OrganizationRow
from counterfoil.store.tables import bank_accounts, organizations

_BY_ID = select(organizations).where(organizations.c.id == bindparam("organization_id"))
_GET = Prepared(_BY_ID)
_GET_LOCKED = Prepared(_BY_ID.with_for_update())  # SQLite knows no such thing, and has the whole file locked anyway
_TAKE_SEQ = Prepared(
    update(organizations).where(organizations.c.id == bindparam("organization_id")),
    columns=("seq_last", "created_at_last"),
)


def get(conn: Connection, organization_id: str, *, for_update: bool = False) -> OrganizationRow | None:
    """The organization. for_update: locks its row first (PostgreSQL), so that writes of one tenant queue up."""
    row = (_GET_LOCKED if for_update else _GET).run(conn, organization_id=organization_id).fetchone()
    return OrganizationRow(*row) if row else None


def insert_organization(conn: Connection, organization_id: str, row: OrganizationRow) -> None:
    """Adds a new organization."""
    conn.execute(
        insert(organizations),
        {
            "id": organization_id,
            "slug": row.slug,
            "profile": row.profile,
            "seq_last": row.seq_last,
            "created_at_last": row.created_at_last,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        },
    )


def every(conn: Connection) -> list[OrganizationRow]:
    """All organizations of this instance, oldest first: for the operator's commands only, never for a tenant."""
    return [OrganizationRow(*row) for row in conn.execute(select(organizations).order_by(organizations.c.created_at))]


def set_profile(conn: Connection, organization_id: str, *, profile: str, updated_at: str) -> None:
    """Replaces the profile (OrganizationProfile as JSON)."""
    conn.execute(
        update(organizations)
        .where(organizations.c.id == organization_id)
        .values(profile=profile, updated_at=updated_at)
    )


def take_seq(conn: Connection, organization: OrganizationRow, now: str) -> tuple[int, str]:
    """The next sequence number and the creation time that goes with it, never before the last one's."""
    seq = organization.seq_last + 1
    created_at = max(now, organization.created_at_last)
    _TAKE_SEQ.run(conn, organization_id=organization.id, seq_last=seq, created_at_last=created_at)
    return seq, created_at


_ACCOUNT_BY_IBAN = Prepared(
    select(bank_accounts.c.body).where(
        bank_accounts.c.organization_id == bindparam("organization_id"),
        bank_accounts.c.iban == bindparam("iban"),
        bank_accounts.c.status == "active",
    )
)
_MAIN_ACCOUNT = Prepared(
    select(bank_accounts.c.body).where(
        bank_accounts.c.organization_id == bindparam("organization_id"), bank_accounts.c.is_main.is_(True)
    )
)


def account_by_iban(conn: Connection, organization_id: str, iban: str) -> str | None:
    """The active account with this IBAN (compact, upper case), as BankAccount JSON."""
    body: str | None = _ACCOUNT_BY_IBAN.value(conn, organization_id=organization_id, iban=iban)
    return body


def main_account(conn: Connection, organization_id: str) -> str | None:
    """The main account, as BankAccount JSON."""
    body: str | None = _MAIN_ACCOUNT.value(conn, organization_id=organization_id)
    return body


def account(conn: Connection, organization_id: str, account_id: str) -> str | None:
    """One account by id, as BankAccount JSON."""
    return conn.execute(
        select(bank_accounts.c.body).where(
            bank_accounts.c.organization_id == organization_id, bank_accounts.c.id == account_id
        )
    ).scalar()


def accounts(conn: Connection, organization_id: str) -> list[str]:
    """All accounts, the main one first, as BankAccount JSON."""
    query = (
        select(bank_accounts.c.body)
        .where(bank_accounts.c.organization_id == organization_id)
        .order_by(bank_accounts.c.is_main.desc(), bank_accounts.c.created_at, bank_accounts.c.id)
    )
    return list(conn.execute(query).scalars())


def insert_account(
    conn: Connection, organization_id: str, *, account_id: str, iban: str, is_main: bool, created_at: str, body: str
) -> None:
    """Adds an account."""
    conn.execute(
        insert(bank_accounts),
        {
            "organization_id": organization_id,
            "id": account_id,
            "iban": iban,
            "is_main": is_main,
            "status": "active",
            "created_at": created_at,
            "body": body,
        },
    )
