"""What verify reads: rows as they lie in the database, beside what the journal says of each.

Read as the driver gives them, a row at a time: of an altered row nothing is taken for granted, not even its types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, CursorResult, text

from counterfoil.domain.journal import JournalEntry

# Tables whose rows are sealed, by their subjects' kind in the journal.
SEALED: Final[Mapping[str, str]] = {
    "client_invoice": "client_invoices",
    "credit_note": "credit_notes",
    "quote": "quotes",
    "supplier_invoice": "supplier_invoices",
    "attachment": "attachments",
}
# Of these, rows are sealed from their issue on.
ISSUED: Final = ("client_invoice", "credit_note", "quote")
# Tables that belong to an organization that must be there.
_OF_ORGANIZATIONS: Final = ("journal", *SEALED.values())
_COLUMNS = ", ".join(JournalEntry._fields)
_BATCH = 500


class Seal(NamedTuple):
    """The last that the journal says of a row's state. state: "" once it was deleted. Position 0: nothing."""

    position: int = 0
    state: str = ""
    data: str = ""


class Chain(NamedTuple):
    """An organization's chain as its own row has it. position and hash: whatever stands there."""

    organization_id: str
    slug: str
    position: Any
    hash: Any


@contextmanager
def as_it_lies(conn: Connection) -> Iterator[Connection]:
    """Texts that are no UTF-8 come as they are instead of ending the reading: somebody wrote them there."""
    if conn.dialect.name != "sqlite":
        yield conn
        return
    driver: Any = conn.connection.driver_connection
    before = driver.text_factory
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield conn
    finally:
        driver.text_factory = before


def chains(conn: Connection) -> list[Chain]:
    """Every organization and the head of its journal."""
    rows = conn.execute(text("SELECT id, slug, journal_position, journal_hash FROM organizations ORDER BY slug"))
    return [Chain(*row) for row in rows]


def of_nobody(conn: Connection) -> list[tuple[str, str]]:
    """(table, organization_id) of rows whose organization is not there."""
    found = []
    for table in _OF_ORGANIZATIONS:
        query = (
            f"SELECT DISTINCT organization_id FROM {table} WHERE organization_id NOT IN (SELECT id FROM organizations)"  # noqa: S608  # no input
        )
        found += [(table, str(row[0])) for row in conn.execute(text(query))]
    return found


def count(conn: Connection, organization_id: str) -> int:
    """How many rows there are to look at, for a progress bar."""
    one = "SELECT COUNT(*) FROM {0} WHERE {0}.organization_id = :id"
    return sum(
        conn.execute(text(one.format(table)), {"id": organization_id}).scalar_one() for table in _OF_ORGANIZATIONS
    )


def entries(conn: Connection, organization_id: str) -> Iterator[JournalEntry]:
    """The journal in the order of its positions."""
    query = f"SELECT {_COLUMNS} FROM journal WHERE journal.organization_id = :id ORDER BY position"  # noqa: S608  # no input
    for row in _streamed(conn, query, id=organization_id):
        yield JournalEntry(*row)


def sealed(conn: Connection, organization_id: str, kind: str) -> Iterator[tuple[dict[str, Any], Seal]]:
    """The rows of a kind, each with what the journal says of it last."""
    query = f"""
        SELECT j.position, j.state, j.data, t.* FROM {SEALED[kind]} AS t
        LEFT JOIN journal AS j ON j.organization_id = t.organization_id AND j.position = (
            SELECT MAX(k.position) FROM journal AS k
            WHERE k.organization_id = t.organization_id AND k.subject_id = t.id AND k.subject_kind = :kind
            AND (k.state <> '' OR k.type = 'deleted'))
        WHERE t.organization_id = :id ORDER BY t.id"""  # noqa: S608  # no input
    result = _started(conn, query, id=organization_id, kind=kind)
    names = tuple(result.keys())[3:]
    for row in result:
        position, state, data, *values = tuple(row)
        yield dict(zip(names, values, strict=True)), Seal() if position is None else Seal(position, state, data)


def lost(conn: Connection, organization_id: str, kind: str) -> Iterator[tuple[str, str]]:
    """(id, data of its newest sealed entry) of rows that the journal has sealed and that are not there."""
    query = f"""
        SELECT j.subject_id, j.data FROM journal AS j
        WHERE j.organization_id = :id AND j.subject_kind = :kind AND j.state <> ''
        AND NOT EXISTS (SELECT 1 FROM {SEALED[kind]} AS t WHERE t.organization_id = :id AND t.id = j.subject_id)
        AND NOT EXISTS (SELECT 1 FROM journal AS k WHERE k.organization_id = :id AND k.subject_id = j.subject_id
            AND k.subject_kind = :kind AND k.position > j.position AND (k.state <> '' OR k.type = 'deleted'))
        ORDER BY j.position"""  # noqa: S608  # no input
    for row in _streamed(conn, query, id=organization_id, kind=kind):
        yield str(row[0]), str(row[1])


def said_of(conn: Connection, organization_id: str, kind: str, subject_id: str) -> list[str]:
    """The data of all entries about one row, oldest first."""
    query = (
        "SELECT data FROM journal WHERE journal.organization_id = :id AND subject_kind = :kind "
        "AND subject_id = :subject ORDER BY position"
    )
    values = {"id": organization_id, "kind": kind, "subject": subject_id}
    return [str(data) for (data,) in conn.execute(text(query), values)]


def format_files(conn: Connection, organization_id: str) -> Iterator[tuple[Any, ...]]:
    """The e-invoice files that documents have: (document_kind, document_id, kind, syntax, attachment_id)."""
    query = (
        "SELECT document_kind, document_id, kind, syntax, attachment_id FROM document_files "
        "WHERE document_files.organization_id = :id ORDER BY document_kind, document_id, kind, syntax"
    )
    return _streamed(conn, query, id=organization_id)


def formats_of(conn: Connection, organization_id: str, attachment: Mapping[str, Any]) -> set[str]:
    """The formats (kind/syntax) of its document that an attachment is said to be."""
    query = (
        "SELECT kind, syntax FROM document_files WHERE document_files.organization_id = :id AND document_kind = :kind "
        "AND document_id = :document AND attachment_id = :attachment"
    )
    values = {
        "id": organization_id, "kind": attachment["document_kind"], "document": attachment["document_id"],
        "attachment": attachment["id"],
    }  # fmt: skip
    return {f"{kind}/{syntax}" for kind, syntax in conn.execute(text(query), values)}


def attachment_seal(conn: Connection, organization_id: str, attachment_id: str) -> Seal:
    """What the journal says of an attachment last."""
    query = (
        "SELECT position, state, data FROM journal WHERE journal.organization_id = :id AND subject_id = :subject "
        "AND subject_kind = 'attachment' AND (state <> '' OR type = 'deleted') ORDER BY position DESC LIMIT 1"
    )
    row = conn.execute(text(query), {"id": organization_id, "subject": attachment_id}).fetchone()
    return Seal(*row) if row else Seal()


def counters(conn: Connection, organization_id: str) -> list[tuple[Any, ...]]:
    """(kind, year, first_value, next_value) of every series of numbers."""
    query = (
        "SELECT kind, year, first_value, next_value FROM counters WHERE counters.organization_id = :id "
        "ORDER BY kind, year"
    )
    return [tuple(row) for row in conn.execute(text(query), {"id": organization_id})]


def numbers(conn: Connection, organization_id: str, kind: str) -> Iterator[str]:
    """The numbers of all documents of a kind, drafts' too."""
    query = f"SELECT t.number FROM {SEALED[kind]} AS t WHERE t.organization_id = :id AND t.number IS NOT NULL"  # noqa: S608  # no input
    for row in _streamed(conn, query, id=organization_id):
        yield str(row[0])


def number_of(conn: Connection, organization_id: str, kind: str, document_id: str) -> str:
    """The number of a document as its row has it; "" without one."""
    if kind not in ISSUED:
        return ""
    query = f"SELECT t.number FROM {SEALED[kind]} AS t WHERE t.organization_id = :id AND t.id = :document"  # noqa: S608  # no input
    found = conn.execute(text(query), {"id": organization_id, "document": document_id}).scalar()
    return str(found) if found else ""


def file_name_of(conn: Connection, organization_id: str, attachment_id: str) -> str:
    """An attachment's file name; "" without its row."""
    query = "SELECT file_name FROM attachments WHERE attachments.organization_id = :id AND id = :attachment"
    found = conn.execute(text(query), {"id": organization_id, "attachment": attachment_id}).scalar()
    return str(found) if found else ""


def position_of(conn: Connection, organization_id: str, entry_hash: str) -> int | None:
    """Where in the chain an entry with this hash stands."""
    query = "SELECT position FROM journal WHERE journal.organization_id = :id AND hash = :hash"
    found: int | None = conn.execute(text(query), {"id": organization_id, "hash": entry_hash}).scalar()
    return found


def _started(conn: Connection, query: str, **values: object) -> CursorResult[Any]:
    """Rows come as they are asked for, never all at once."""
    return conn.execute(text(query), values, execution_options={"stream_results": True, "yield_per": _BATCH})


def _streamed(conn: Connection, query: str, **values: object) -> Iterator[tuple[Any, ...]]:
    for row in _started(conn, query, **values):
        yield tuple(row)
