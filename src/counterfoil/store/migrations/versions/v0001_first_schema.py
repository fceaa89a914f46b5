"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="bytes"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="also the blob's key"),
        sa.Column("document_kind", sa.String(length=20), nullable=True),
        sa.Column("document_id", sa.String(length=36), nullable=True),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_attachments")),
    )
    with op.batch_alter_table("attachments", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attachments_organization_id_document_id"), ["organization_id", "document_id"], unique=False
        )

    op.create_table(
        "bank_accounts",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("iban", sa.String(length=34), nullable=False),
        sa.Column("is_main", sa.Boolean(), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="BankAccount as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_bank_accounts")),
        sa.UniqueConstraint("organization_id", "iban", name=op.f("uq_bank_accounts_organization_id_iban")),
    )
    op.create_table(
        "client_invoices",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="dense order of creation within the organization"),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("issue_date", sa.String(length=10), nullable=False),
        sa.Column("due_date", sa.String(length=10), nullable=False),
        sa.Column("total_amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("finalized_at", sa.String(length=24), nullable=True),
        sa.Column("public_token", sa.String(length=43), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="counts the document's changes"),
        sa.Column(
            "schema_version",
            sa.Integer(),
            nullable=False,
            comment="of the two texts; upgrade functions bring old ones up",
        ),
        sa.Column("frozen", sa.Text(), nullable=False, comment="the document itself; closed once finalized_at is set"),
        sa.Column("live", sa.Text(), nullable=False, comment="status and what follows it; keys disjoint from frozen"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_client_invoices")),
        sa.UniqueConstraint("organization_id", "number", name=op.f("uq_client_invoices_organization_id_number")),
        sa.UniqueConstraint("organization_id", "seq", name=op.f("uq_client_invoices_organization_id_seq")),
    )
    with op.batch_alter_table("client_invoices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_client_invoices_organization_id_client_id_seq"),
            ["organization_id", "client_id", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_client_invoices_organization_id_imported_seq"),
            ["organization_id", "imported", "seq"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_client_invoices_organization_id_imported_status_seq"),
            ["organization_id", "imported", "status", "seq"],
            unique=False,
        )

    op.create_table(
        "clients",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("search_name", sa.Text(), nullable=False, comment="the display name without accents or case"),
        sa.Column("email", sa.Text(), nullable=False, comment="lower case"),
        sa.Column("vat_number", sa.Text(), nullable=False, comment="lower case"),
        sa.Column("tax_identification_number", sa.Text(), nullable=False, comment="lower case"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="Client as JSON"),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_clients")),
    )
    with op.batch_alter_table("clients", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_clients_organization_id_email"), ["organization_id", "email"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_clients_organization_id_search_name"), ["organization_id", "search_name"], unique=False
        )

    op.create_table(
        "counters",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "first_value", sa.BigInteger(), nullable=False, comment="where the series begins: smaller ones are not gaps"
        ),
        sa.Column("next_value", sa.BigInteger(), nullable=False),
        sa.Column(
            "last_issue_date",
            sa.String(length=10),
            nullable=False,
            comment="of the newest number, to warn of backdating",
        ),
        sa.PrimaryKeyConstraint("organization_id", "kind", "year", name=op.f("pk_counters")),
    )
    op.create_table(
        "credentials",
        sa.Column("secret_hash", sa.String(length=64), nullable=False, comment="SHA-256 of a 256-bit random secret"),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column(
            "login",
            sa.String(length=80),
            nullable=True,
            comment="set for API keys (login:secret), null for bearer tokens",
        ),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False, comment="space separated"),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("expires_at", sa.String(length=24), nullable=True),
        sa.Column("revoked_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("secret_hash", name=op.f("pk_credentials")),
    )
    op.create_table(
        "emails",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False, comment="queued, sent or failed"),
        sa.Column("request", sa.Text(), nullable=False, comment="who, title, body: JSON"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("sent_at", sa.String(length=24), nullable=True),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_emails")),
    )
    with op.batch_alter_table("emails", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_emails_organization_id_document_id"), ["organization_id", "document_id"], unique=False
        )

    op.create_table(
        "events",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=40), nullable=False),
        sa.Column("principal", sa.String(length=120), nullable=False),
        sa.Column("occurred_at", sa.String(length=24), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_events_organization_id_document_id"), ["organization_id", "document_id"], unique=False
        )

    op.create_table(
        "idempotency_records",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of method, path and body"),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_table(
        "instance_secrets",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance_secrets")),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("run_at", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.String(length=24), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("is_dead", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    with op.batch_alter_table("jobs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_jobs_kind_is_dead_run_at"), ["kind", "is_dead", "run_at"], unique=False)

    op.create_table(
        "list_counts",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("imported", sa.Boolean(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("blocks", sa.LargeBinary(), nullable=False, comment="uint32 counts, one per 2,048 of seq"),
        sa.PrimaryKeyConstraint("organization_id", "kind", "status", "imported", name=op.f("pk_list_counts")),
    )
    op.create_table(
        "organizations",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False, comment="OrganizationProfile as JSON"),
        sa.Column(
            "seq_last", sa.BigInteger(), nullable=False, comment="the last sequence number handed out to a document"
        ),
        sa.Column(
            "created_at_last",
            sa.String(length=24),
            nullable=False,
            comment="no document is created before this: clocks jump",
        ),
        sa.Column("created_at", sa.String(length=24), nullable=False),
        sa.Column("updated_at", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organizations")),
        sa.UniqueConstraint("slug", name=op.f("uq_organizations_slug")),
    )
    op.create_table(
        "public_links",
        sa.Column("token", sa.String(length=43), nullable=False),
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_public_links")),
    )
