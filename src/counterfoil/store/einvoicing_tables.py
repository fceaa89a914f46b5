"""The tables of e-invoicing, beside those of `tables`: keys begin with organization_id here as well."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from counterfoil.store.tables import metadata

document_files = Table(
    "document_files",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("document_kind", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("kind", String(20), nullable=False, comment="facturx, xrechnung, ubl, fatturapa"),
    Column("syntax", String(20), nullable=False, comment="cii, ubl, fatturapa: an xrechnung may be there in two"),
    Column("attachment_id", String(36), nullable=False, comment="its bytes; facturx shares the document's PDF"),
    PrimaryKeyConstraint("organization_id", "document_kind", "document_id", "kind", "syntax"),
)

einvoice_submissions = Table(
    "einvoice_submissions",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("document_kind", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("tracking_id", String(36), nullable=False, comment="ours: the network takes a submission of one id once"),
    Column("network", String(20), nullable=False),
    Column("kind", String(20), nullable=False, comment="of the file that is sent; empty until it is chosen"),
    Column(
        "state", String(20), nullable=False, comment="queued, sending, submitted, ended, withdrawn, failed, gave_up"
    ),
    Column("flow_id", String(120), nullable=True, comment="the network's own id of it"),
    Column("requested_at", String(24), nullable=False),
    Column("submitted_at", String(24), nullable=True),
    Column("heard_at", String(24), nullable=False, comment="when it last moved: who is quiet is asked seldom"),
    Column("error", Text, nullable=False),
    PrimaryKeyConstraint("organization_id", "tracking_id"),
    Index(None, "organization_id", "document_id"),
    Index(None, "organization_id", "state", "heard_at"),
)

einvoice_cursors = Table(
    "einvoice_cursors",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("network", String(20), nullable=False),
    Column("cursor", Text, nullable=False, comment="the network's: how far it was listened to"),
    PrimaryKeyConstraint("organization_id", "network"),
)

einvoice_events = Table(
    "einvoice_events",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("event_id", String(120), nullable=False, comment="the network's, else ours: one event counts once"),
    Column("document_kind", String(20), nullable=False),
    Column("document_id", String(36), nullable=False),
    Column("tracking_id", String(36), nullable=False, comment="the submission that it is about"),
    Column("status_code", Integer, nullable=False),
    Column("occurred_at", String(24), nullable=False),
    Column("received_at", String(24), nullable=False),
    Column("body", Text, nullable=False, comment="the event as JSON, as it came"),
    PrimaryKeyConstraint("organization_id", "event_id"),
    Index(None, "organization_id", "document_id", "occurred_at"),
)
