"""Files of a document beside its PDF; what was submitted to an e-invoicing network, and what it said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_files",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="facturx, xrechnung, ubl, fatturapa"),
        sa.Column(
            "syntax",
            sa.String(length=20),
            nullable=False,
            comment="cii, ubl, fatturapa: an xrechnung may be there in two",
        ),
        sa.Column(
            "attachment_id",
            sa.String(length=36),
            nullable=False,
            comment="its bytes; facturx shares the document's PDF",
        ),
        sa.PrimaryKeyConstraint(
            "organization_id", "document_kind", "document_id", "kind", "syntax", name=op.f("pk_document_files")
        ),
    )
    _make_submissions()
    _make_events()


def _make_submissions() -> None:
    op.create_table(
        "einvoice_submissions",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column(
            "tracking_id",
            sa.String(length=36),
            nullable=False,
            comment="ours: the network takes a submission of one id once",
        ),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column(
            "kind", sa.String(length=20), nullable=False, comment="of the file that is sent; empty until it is chosen"
        ),
        sa.Column(
            "state",
            sa.String(length=20),
            nullable=False,
            comment="queued, sending, submitted, ended, withdrawn, failed, gave_up",
        ),
        sa.Column("flow_id", sa.String(length=120), nullable=True, comment="the network's own id of it"),
        sa.Column("requested_at", sa.String(length=24), nullable=False),
        sa.Column("submitted_at", sa.String(length=24), nullable=True),
        sa.Column(
            "heard_at",
            sa.String(length=24),
            nullable=False,
            comment="when it last moved: who is quiet is asked seldom",
        ),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organization_id", "tracking_id", name=op.f("pk_einvoice_submissions")),
    )
    for columns in (("document_id",), ("state", "heard_at")):
        name = f"ix_einvoice_submissions_organization_id_{'_'.join(columns)}"
        op.create_index(name, "einvoice_submissions", ["organization_id", *columns])
    op.create_table(
        "einvoice_cursors",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("network", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False, comment="the network's: how far it was listened to"),
        sa.PrimaryKeyConstraint("organization_id", "network", name=op.f("pk_einvoice_cursors")),
    )


def _make_events() -> None:
    op.create_table(
        "einvoice_events",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column(
            "event_id",
            sa.String(length=120),
            nullable=False,
            comment="the network's, else ours: one event counts once",
        ),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.String(length=36), nullable=False),
        sa.Column("tracking_id", sa.String(length=36), nullable=False, comment="the submission that it is about"),
        sa.Column("status_code", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.String(length=24), nullable=False),
        sa.Column("received_at", sa.String(length=24), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="the event as JSON, as it came"),
        sa.PrimaryKeyConstraint("organization_id", "event_id", name=op.f("pk_einvoice_events")),
    )
    op.create_index(
        "ix_einvoice_events_organization_id_document_id_occurred_at", "einvoice_events",
        ["organization_id", "document_id", "occurred_at"],
    )  # fmt: skip
