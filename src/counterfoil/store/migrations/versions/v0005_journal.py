"""The journal, chained; what was written down before is brought into it, and every issued document is sealed."""

from __future__ import annotations

import json
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from counterfoil.domain.journal import GENESIS, JournalEntry, hash_of, state_of

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_DOCUMENTS = (("client_invoice", "client_invoices"), ("credit_note", "credit_notes"), ("quote", "quotes"))
_BATCH = 500
# What was written down of an event and names nobody. The rest (names, addresses, file names, texts) is not taken over:
# entries of the journal can never be erased.
_KEPT = frozenset({
    "acts", "audience", "client_id", "code", "credit_note_id", "declined_reason_code", "delivery_id", "document_hash",
    "email_id", "event_id", "fields", "fingerprint", "invoice_id", "is_public", "kind", "number", "paid_at",
    "payment_date", "period_date", "policy", "recurring_invoice_id", "role", "scopes", "sha256", "status",
    "status_code", "syntax", "tracking_id", "types",
})  # fmt: skip


def upgrade() -> None:
    _make_journal()
    _chain_what_there_is()
    op.drop_table("events")
    _say_who_runs_jobs()
    _count_attempts()
    if op.get_bind().dialect.name == "postgresql":
        _order_texts_by_their_bytes()


def _make_journal() -> None:
    op.create_table(
        "journal",
        sa.Column("organization_id", sa.String(length=36), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False, comment="1, 2, 3 … within the organization"),
        sa.Column("type", sa.String(length=40), nullable=False, comment="what happened"),
        sa.Column(
            "subject_kind",
            sa.String(length=20),
            nullable=False,
            comment="to what: a kind of document, member, credential …",
        ),
        sa.Column("subject_id", sa.Text(), nullable=False),
        sa.Column("principal", sa.String(length=120), nullable=False, comment="who did it"),
        sa.Column("client", sa.Text(), nullable=False, comment="through which program or door, empty where unknown"),
        sa.Column("request_id", sa.String(length=64), nullable=False, comment="empty for what happens by itself"),
        sa.Column("occurred_at", sa.String(length=24), nullable=False),
        sa.Column("data", sa.Text(), nullable=False, comment="JSON"),
        sa.Column(
            "state", sa.String(length=80), nullable=False, comment="of the issued document after it, see domain.journal"
        ),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="over all of this and the hash before"),
        sa.PrimaryKeyConstraint("organization_id", "position", name=op.f("pk_journal")),
    )
    op.create_index(
        op.f("ix_journal_organization_id_subject_id_position"), "journal", ["organization_id", "subject_id", "position"]
    )
    op.add_column(
        "organizations",
        sa.Column(
            "journal_position",
            sa.BigInteger(),
            server_default=sa.text("0"),
            nullable=False,
            comment="of its newest entry",
        ),
    )
    op.add_column(
        "organizations",
        sa.Column(
            "journal_hash",
            sa.String(length=64),
            server_default="0" * 64,
            nullable=False,
            comment="of that entry: the head",
        ),
    )


def _chain_what_there_is() -> None:
    conn = op.get_bind()
    journal = sa.table("journal", *map(sa.column, JournalEntry._fields))
    for (organization_id,) in conn.execute(sa.text("SELECT id FROM organizations ORDER BY created_at, id")).fetchall():
        position, head = 0, GENESIS
        batch: list[dict[str, object]] = []
        for bare in [*_events_of(conn, organization_id), *_seals_of(conn, organization_id)]:
            position += 1
            placed = bare._replace(position=position)
            head = hash_of(placed, head)
            batch.append(placed._replace(hash=head)._asdict())
            if len(batch) == _BATCH:
                conn.execute(sa.insert(journal), batch)
                batch = []
        if batch:
            conn.execute(sa.insert(journal), batch)
        conn.execute(
            sa.text("UPDATE organizations SET journal_position = :position, journal_hash = :head WHERE id = :id"),
            {"position": position, "head": head, "id": organization_id},
        )


def _events_of(conn: sa.Connection, organization_id: str) -> list[JournalEntry]:
    """What was written down before there was a chain, in its order."""
    query = sa.text(
        "SELECT type, document_kind, document_id, principal, occurred_at, data FROM events "
        "WHERE organization_id = :id ORDER BY id"
    )
    rows = conn.execute(query, {"id": organization_id}).fetchall()
    named = _names_of(conn, organization_id)
    return [
        JournalEntry(
            organization_id,
            0,
            what,
            kind,
            subject,
            named(principal),
            "",
            "",
            occurred_at,
            _without_people(data),
            "",
            "",
        )
        for what, kind, subject, principal, occurred_at, data in rows
    ]


def _without_people(data: str) -> str:
    kept = {name: value for name, value in json.loads(data).items() if name in _KEPT}
    return json.dumps(kept, ensure_ascii=False)


def _names_of(conn: sa.Connection, organization_id: str) -> Callable[[str], str]:
    """Tells how the journal names who acted: members and credentials by their ids."""
    about = {"id": organization_id}
    people = conn.execute(sa.text("SELECT email, id FROM members WHERE organization_id = :id"), about)
    ids = {f"member:{email}"[:120]: f"member:{found}" for email, found in people}
    secrets = conn.execute(
        sa.text("SELECT name, login, id FROM credentials WHERE organization_id = :id ORDER BY created_at"), about
    )
    for name, login, found in secrets:
        kind = "key" if login else "token"
        ids[f"{kind}:{name}"] = f"{kind}:{found}"

    def named(principal: str) -> str:
        kind = principal.partition(":")[0]
        return ids.get(principal, kind) if kind in ("member", "key", "token") else principal

    return named


def _seals_of(conn: sa.Connection, organization_id: str) -> list[JournalEntry]:
    """An entry for each issued document, supplier invoice and file, with the state in which this upgrade found it."""
    (now,) = conn.execute(
        sa.text("SELECT COALESCE(MAX(occurred_at), '') FROM events WHERE organization_id = :id"),
        {"id": organization_id},
    ).one()
    seals = []
    for kind, table in _DOCUMENTS:
        query = f"SELECT * FROM {table} WHERE organization_id = :id AND finalized_at IS NOT NULL ORDER BY seq"  # noqa: S608  # no input
        for row in conn.execute(sa.text(query), {"id": organization_id}).mappings():
            seals.append(_seal(kind, dict(row), now, {"number": row["number"]}))
    query = "SELECT * FROM supplier_invoices WHERE organization_id = :id ORDER BY seq"
    for row in conn.execute(sa.text(query), {"id": organization_id}).mappings():
        seals.append(_seal("supplier_invoice", dict(row), now, {}))
    formats = _formats_of(conn, organization_id)
    query = "SELECT * FROM attachments WHERE organization_id = :id ORDER BY created_at, id"
    for row in conn.execute(sa.text(query), {"id": organization_id}).mappings():
        told = {name: row[name] for name in ("sha256", "document_kind", "document_id")}
        found = formats.get(row["id"])
        seals.append(_seal("attachment", dict(row), now, told | ({"formats": found} if found else {})))
    return seals


def _formats_of(conn: sa.Connection, organization_id: str) -> dict[str, list[str]]:
    """Which e-invoice formats of its document an attachment is."""
    rows = conn.execute(
        sa.text(
            "SELECT attachment_id, kind, syntax FROM document_files WHERE organization_id = :id ORDER BY kind, syntax"
        ),
        {"id": organization_id},
    )
    found: dict[str, list[str]] = {}
    for attachment_id, kind, syntax in rows:
        found.setdefault(attachment_id, []).append(f"{kind}/{syntax}")
    return found


def _seal(kind: str, row: dict[str, object], now: str, told: dict[str, object]) -> JournalEntry:
    data = json.dumps(told, ensure_ascii=False)
    organization_id, subject_id = str(row["organization_id"]), str(row["id"])
    return JournalEntry(
        organization_id, 0, "sealed", kind, subject_id, "migration:0005", "", "", now, data, state_of(row), ""
    )


def _say_who_runs_jobs() -> None:
    op.add_column(
        "jobs",
        sa.Column(
            "crashes",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="processes that died while it ran",
        ),
    )
    op.add_column(
        "jobs",
        sa.Column("claimed_by", sa.String(36), nullable=True, comment="the process that holds it until claimed_until"),
    )


def _count_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("key", sa.String(length=64), nullable=False, comment="SHA-256 of what is tried, by whom, from where"),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", sa.String(length=24), nullable=False, comment="when the first of them was"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
    )
    op.create_index(op.f("ix_attempts_since"), "attempts", ["since"])


def _order_texts_by_their_bytes() -> None:
    """As SQLite does, whatever the database's own order is: lists and pages are the same on both, and indexes small.

    An order of the operating system's also changes with its upgrades, and breaks every index that stands on it.
    """
    conn = op.get_bind()
    # Texts alone: the names of PostgreSQL itself have that order already. collcollate is empty for the default one.
    found = conn.execute(
        sa.text(
            "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a "
            "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation o ON o.oid = a.attcollation "
            "WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace AND o.collname <> 'C' "
            "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum"
        )
    ).fetchall()
    columns: dict[str, list[str]] = {}
    for table, column, kind in found:
        columns.setdefault(table, []).append(f'ALTER COLUMN "{column}" TYPE {kind} COLLATE "C"')
    for table, changes in columns.items():
        conn.execute(sa.text(f'ALTER TABLE "{table}" {", ".join(changes)}'))
