"""Credit notes, quotes, supplier invoices, products, reminders, recurring invoices, webhooks, uploads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# Every order and every exact filter of the list of clients has its index; that of names covers the id as well.
_CLIENT_INDEXES = (
    ("search_name", "id"),
    ("created_at", "id"),
    ("updated_at", "id"),
    ("vat_number",),
    ("tax_identification_number",),
)


def upgrade() -> None:
    for columns in _CLIENT_INDEXES:
        op.create_index(f"ix_clients_organization_id_{'_'.join(columns)}", "clients", ["organization_id", *columns])
    op.drop_index("ix_clients_organization_id_search_name", table_name="clients")
    unpaid = sa.text("status = 'unpaid' AND NOT imported")
    op.create_index(
        "ix_client_invoices_unpaid_of_client", "client_invoices", ["organization_id", "client_id", "due_date", "id"],
        sqlite_where=unpaid, postgresql_where=unpaid,
    )  # fmt: skip
    for name, column in (("due", "due_date"), ("updated", "updated_at")):
        op.create_index(
            f"ix_client_invoices_{name}", "client_invoices", ["organization_id", "imported", column, "status", "seq"]
        )
    metadata.create_all(op.get_bind(), checkfirst=True)
