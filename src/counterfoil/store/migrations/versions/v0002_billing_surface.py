"""Credit notes, quotes, supplier invoices, products, reminders, recurring invoices, webhooks, uploads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from counterfoil.store.tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    unpaid = sa.text("status = 'unpaid'")
    op.create_index(
        "ix_client_invoices_unpaid_of_client", "client_invoices", ["organization_id", "client_id", "due_date"],
        sqlite_where=unpaid, postgresql_where=unpaid,
    )  # fmt: skip
    metadata.create_all(op.get_bind(), checkfirst=True)
