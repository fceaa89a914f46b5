"""Which file became which imported invoice."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import client_invoice_imports

_C = client_invoice_imports.c
_GET = Prepared(
    select(_C.invoice_id).where(
        _C.organization_id == bindparam("organization_id"), _C.sha256 == bindparam("sha256")
    )
)  # fmt: skip
_INSERT = Prepared(insert(client_invoice_imports))


def invoice_of(conn: Connection, organization_id: str, sha256: str) -> str | None:
    """The id of the invoice that this file became; None when it was never imported."""
    found: str | None = _GET.value(conn, organization_id=organization_id, sha256=sha256)
    return found


def put(conn: Connection, organization_id: str, sha256: str, invoice_id: str) -> None:
    """Keeps it."""
    _INSERT.run(conn, organization_id=organization_id, sha256=sha256, invoice_id=invoice_id)
