"""The journal's table, beside those of `tables`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, String, Table, Text

from counterfoil.store.tables import metadata

journal = Table(
    "journal",
    metadata,
    Column("organization_id", String(36), nullable=False),
    Column("position", BigInteger, nullable=False, comment="1, 2, 3 … within the organization"),
    Column("type", String(40), nullable=False, comment="what happened"),
    Column("subject_kind", String(20), nullable=False, comment="to what: a kind of document, member, credential …"),
    Column("subject_id", Text, nullable=False),
    Column("principal", String(120), nullable=False, comment="who did it"),
    Column("client", Text, nullable=False, comment="through which program or door, empty where unknown"),
    Column("request_id", String(64), nullable=False, comment="empty for what happens by itself"),
    Column("occurred_at", String(24), nullable=False),
    Column("data", Text, nullable=False, comment="JSON"),
    Column("state", String(80), nullable=False, comment="of the issued document after it, see domain.journal"),
    Column("hash", String(64), nullable=False, comment="over all of this and the hash before"),
    PrimaryKeyConstraint("organization_id", "position"),
    Index(None, "organization_id", "subject_id", "position"),
)
