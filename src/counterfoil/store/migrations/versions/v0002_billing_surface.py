"""Credit notes, quotes, supplier invoices, products, reminders, recurring invoices, webhooks, uploads."""

from __future__ import annotations

from alembic import op

from counterfoil.store.tables import metadata

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    metadata.create_all(op.get_bind(), checkfirst=True)
