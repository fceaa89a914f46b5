"""Which balance invoice deducts a deposit invoice: one at most, and the key sees to it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import deposit_uses

_BALANCE_OF = Prepared(
    select(deposit_uses.c.balance_id).where(
        deposit_uses.c.organization_id == bindparam("organization_id"),
        deposit_uses.c.deposit_id == bindparam("deposit_id"),
    )
)
_USE = Prepared(insert(deposit_uses))
_FREE = Prepared(
    delete(deposit_uses).where(
        deposit_uses.c.organization_id == bindparam("organization_id"),
        deposit_uses.c.balance_id == bindparam("balance_id"),
    )
)


def balance_of(conn: Connection, organization_id: str, deposit_id: str) -> str | None:
    """The id of the balance invoice that deducts this deposit; None when none does."""
    found: str | None = _BALANCE_OF.value(conn, organization_id=organization_id, deposit_id=deposit_id)
    return found


def use(conn: Connection, organization_id: str, balance_id: str, deposit_ids: Sequence[str]) -> None:
    """Makes these the deposits of a balance invoice, and no others; with none it lets go of all."""
    _FREE.run(conn, organization_id=organization_id, balance_id=balance_id)
    for deposit_id in deposit_ids:
        _USE.run(conn, organization_id=organization_id, deposit_id=deposit_id, balance_id=balance_id)
