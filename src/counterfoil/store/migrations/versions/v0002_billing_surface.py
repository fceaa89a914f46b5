"""Credit notes, quotes, supplier invoices, products, reminders, recurring invoices, webhooks, uploads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

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
    _index_what_there_is()
    _make_documents()
    _make_automation()
    _make_the_rest()


def _index_what_there_is() -> None:
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


def _make_documents() -> None:
    op.create_table(
        "client_invoice_imports",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=False,
            comment="of the file: imported again, it is the same invoice",
        ),
        sa.Column("invoice_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "sha256", name=op.f("pk_client_invoice_imports")),
    )
    op.create_table(
        "credit_notes",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="dense order of creation within the organization"),
        sa.Column("status", sa.String(length=20), nullable=False, comment="issued: a credit note has no other"),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("invoice_id", sa.String(length=36), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=False),
        sa.Column("total_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("finalized_at", sa.String(length=24), nullable=True),
        sa.Column("public_token", sa.String(length=43), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("live", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_credit_notes")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_credit_notes_organization_id_number")),
        sa.UniqueConstraint("organization_id", "seq", name=op.f("uq_credit_notes_organization_id_seq")),
    )
    with op.batch_alter_table("credit_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_credit_notes_organization_id_client_id_seq"),
            ["organization_id", "client_id", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_credit_notes_organization_id_invoice_id_seq"),
            ["organization_id", "invoice_id", "seq"],
            unique=False,
        )
    op.create_table(
        "deposit_uses",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column(
            "deposit_id", sa.String(length=36), nullable=False, comment="a deposit invoice; deducted once at most"
        ),
        sa.Column(
            "balance_id",
            sa.String(length=36),
            nullable=False,
            comment="the balance invoice that deducts it, draft or issued",
        ),
        sa.PrimaryKeyConstraint("organization_id", "deposit_id", name=op.f("pk_deposit_uses")),
    )
    with op.batch_alter_table("deposit_uses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_deposit_uses_organization_id_balance_id"), ["organization_id", "balance_id"], unique=False
        )
    op.create_table(
        "quotes",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="dense order of creation within the organization"),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=False),
        sa.Column("expiry_date", sa.String(length=10), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("total_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column(
            "finalized_at", sa.String(length=24), nullable=True, comment="accepted or declined: closed from then on"
        ),
        sa.Column("public_token", sa.String(length=43), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("frozen", sa.Text(), nullable=False),
        sa.Column("live", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_quotes")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_quotes_organization_id_number")),
        sa.UniqueConstraint("organization_id", "seq", name=op.f("uq_quotes_organization_id_seq")),
    )
    with op.batch_alter_table("quotes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_quotes_organization_id_client_id_seq"), ["organization_id", "client_id", "seq"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_quotes_organization_id_status_seq"), ["organization_id", "status", "seq"], unique=False
        )
    op.create_table(
        "supplier_invoices",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="order of creation within the organization"),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("attachment_id", sa.String(length=36), nullable=False),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="of the file: the same file twice is a duplicate"
        ),
        sa.Column("idempotency_key", sa.String(length=255), nullable=True, comment="given with the file"),
        sa.Column(
            "number_key", sa.Text(), nullable=False, comment="letters and digits of the number alone, '' without one"
        ),
        sa.Column(
            "supplier_key", sa.Text(), nullable=False, comment="the supplier's name without accents, case or signs"
        ),
        sa.Column("vat_key", sa.Text(), nullable=False, comment="letters and digits of its VAT number alone"),
        sa.Column("search_supplier", sa.Text(), nullable=False, comment="names without accents or case"),
        sa.Column("search_number", sa.Text(), nullable=False),
        sa.Column("search_file_name", sa.Text(), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=True),
        sa.Column("issue_date", sa.String(length=10), nullable=True),
        sa.Column("due_date", sa.String(length=10), nullable=True),
        sa.Column("payment_date", sa.String(length=10), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("total_amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("payable_amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("is_credit_note", sa.Boolean(), nullable=False),
        sa.Column("is_non_financial", sa.Boolean(), nullable=False),
        sa.Column("has_missing_data", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="StoredSupplierInvoice as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_supplier_invoices")),
        sa.UniqueConstraint("organization_id", "seq", name=op.f("uq_supplier_invoices_organization_id_seq")),
    )
    with op.batch_alter_table("supplier_invoices", schema=None) as batch_op:
        batch_op.create_index(
            "ix_supplier_invoices_due",
            ["organization_id", "status", "due_date", "issue_date", "created_at", "is_credit_note", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_attachment_id"),
            ["organization_id", "attachment_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_idempotency_key"),
            ["organization_id", "idempotency_key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_number_key"),
            ["organization_id", "number_key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_sha256"), ["organization_id", "sha256"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_status_seq"),
            ["organization_id", "status", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_supplier_key"),
            ["organization_id", "supplier_key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_supplier_invoices_organization_id_vat_key"), ["organization_id", "vat_key"], unique=False
        )


def _make_automation() -> None:
    op.create_table(
        "recurring_invoices",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("next_invoice_date", sa.String(length=10), nullable=True, comment="null when nothing comes"),
        sa.Column("next_period", sa.Integer(), nullable=False, comment="counts from 0 at start_date"),
        sa.Column("invoices_count", sa.Integer(), nullable=False),
        sa.Column("last_invoice_id", sa.String(length=36), nullable=True),
        sa.Column("last_invoice_date", sa.String(length=10), nullable=True, comment="the period's day of that invoice"),
        sa.Column(
            "retry_at", sa.String(length=24), nullable=True, comment="not tried before, when the last try failed"
        ),
        sa.Column(
            "failure", sa.Text(), nullable=False, comment='RecurringFailure as JSON, "" when the last try went well'
        ),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False, comment="NewRecurringInvoice as JSON"),
        sa.Column("terms", sa.Text(), nullable=False, comment="RecurringTerms as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_recurring_invoices")),
    )
    with op.batch_alter_table("recurring_invoices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recurring_invoices_next_invoice_date_organization_id"),
            ["next_invoice_date", "organization_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_recurring_invoices_organization_id_client_id"),
            ["organization_id", "client_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_recurring_invoices_organization_id_created_at_id"),
            ["organization_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_recurring_invoices_organization_id_next_invoice_date"),
            ["organization_id", "next_invoice_date"],
            unique=False,
        )
    op.create_table(
        "recurring_periods",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("recurring_invoice_id", sa.String(length=36), nullable=False),
        sa.Column("period_date", sa.String(length=10), nullable=False),
        sa.Column("invoice_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint(
            "organization_id", "recurring_invoice_id", "period_date", name=op.f("pk_recurring_periods")
        ),
    )
    op.create_table(
        "reminder_days",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("invoice_id", sa.String(length=36), nullable=False),
        sa.Column(
            "days", sa.Integer(), nullable=False, comment="after the due date, negative before it: names the rule"
        ),
        sa.Column("waits_for", sa.String(length=10), nullable=True, comment="its day, null once it is decided"),
        sa.Column(
            "outcome", sa.String(length=10), nullable=False, comment='sent, late (a newer one went instead), failed, ""'
        ),
        sa.Column("email_id", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "invoice_id", "days", name=op.f("pk_reminder_days")),
    )
    with op.batch_alter_table("reminder_days", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminder_days_organization_id_waits_for"), ["organization_id", "waits_for"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reminder_days_waits_for_organization_id"), ["waits_for", "organization_id"], unique=False
        )
    op.create_table(
        "reminders",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Reminder as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_reminders")),
        sa.UniqueConstraint("organization_id", "client_id", name=op.f("uq_reminders_organization_id_client_id")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminders_organization_id_created_at_id"),
            ["organization_id", "created_at", "id"],
            unique=False,
        )


def _make_the_rest() -> None:
    op.create_table(
        "products",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False, comment="good or service"),
        sa.Column("search_title", sa.Text(), nullable=False, comment="the title without accents or case"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Product as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_products")),
    )
    with op.batch_alter_table("products", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_products_organization_id_created_at_id"),
            ["organization_id", "created_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_products_organization_id_search_title_id"),
            ["organization_id", "search_title", "id"],
            unique=False,
        )
    op.create_table(
        "webhook_deliveries",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("subscription_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False, comment="the topic"),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False, comment="pending, delivered or dead"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("response_status", sa.Integer(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("last_attempt_at", sa.String(length=24), nullable=True),
        sa.Column("next_attempt_at", sa.String(length=24), nullable=True, comment="set while it is pending"),
        sa.Column("delivered_at", sa.String(length=24), nullable=True),
        sa.Column("body", sa.Text(), nullable=False, comment="what is sent, to the byte, at each attempt"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_webhook_deliveries")),
    )
    with op.batch_alter_table("webhook_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_deliveries_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            "ix_webhook_deliveries_due",
            ["organization_id", "subscription_id", "status", "next_attempt_at"],
            unique=False,
        )
        batch_op.create_index(
            "ix_webhook_deliveries_in_order", ["organization_id", "subscription_id", "created_at"], unique=False
        )
    op.create_table(
        "webhook_subscriptions",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column(
            "principal",
            sa.String(length=120),
            nullable=False,
            comment="the key or token that made it, and alone sees it",
        ),
        sa.Column("membership_id", sa.String(length=36), nullable=False),
        sa.Column("callback_url", sa.String(length=512), nullable=False),
        sa.Column("types", sa.Text(), nullable=False, comment="topics, space separated"),
        sa.Column("secret", sa.Text(), nullable=False, comment="sealed with a key that is not in this database"),
        sa.Column("description", sa.String(length=256), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_webhook_subscriptions")),
    )
