"""All rows of all organizations, out of one database and into another: for backups, of old schemas too.

The tables are those that the database has, as it describes them itself: a backup is made of whatever schema there is,
and goes into one of the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Integer,
    LargeBinary,
    TableClause,
    Text,
    collate,
    column,
    func,
    insert,
    inspect,
    null,
    select,
    table,
    text,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.types import TypeEngine

from counterfoil.store.schema import metadata
from counterfoil.store.tables import attachments

ColumnKind = Literal["text", "integer", "boolean", "bytes"]
# Tables of older schemas that this one has no more.
_FORMER: Final = ("events",)
_TYPES: Final[dict[ColumnKind, TypeEngine[Any]]] = {
    "text": Text(), "integer": BigInteger(), "boolean": Boolean(), "bytes": LargeBinary(),
}  # fmt: skip
_BATCH: Final = 500


class NotLoadable(ValueError):
    """A table does not take what it is to hold."""


class Shape(NamedTuple):
    """A table as its database describes it. columns: their kinds by name; key: of the primary key."""

    name: str
    columns: dict[str, ColumnKind]
    key: tuple[str, ...]

    @property
    def clause(self) -> TableClause:
        return table(self.name, *(column(name, _TYPES[kind]) for name, kind in self.columns.items()))


class Head(NamedTuple):
    """An organization and the end of its journal; None before there was a chain."""

    id: str
    slug: str
    journal_position: int | None
    journal_hash: str | None


def unhurried(conn: Connection) -> None:
    """Lets this transaction take its time, on PostgreSQL: copying everything takes longer than a request may."""
    if conn.dialect.name == "postgresql":
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            conn.execute(text(f"SET LOCAL {name} = 0"))


def is_empty(conn: Connection) -> bool:
    """Whether none of our tables is there, of whatever version."""
    return not _ours(conn) and not inspect(conn).has_table("alembic_version")


def shapes(conn: Connection) -> list[Shape]:
    """Every table of ours, by name."""
    described = inspect(conn)
    return [
        Shape(
            name,
            {each["name"]: _kind(each["type"]) for each in described.get_columns(name)},
            tuple(described.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in _ours(conn)
    ]


def count(conn: Connection, shape: Shape) -> int:
    """How many rows it has."""
    return conn.execute(select(func.count()).select_from(shape.clause)).scalar_one()


def rows(conn: Connection, shape: Shape) -> Iterator[tuple[Any, ...]]:
    """Its rows in order of the primary key, read as they are asked for."""
    source = shape.clause
    query = select(*source.c).order_by(*(source.c[name] for name in shape.key))
    for row in conn.execute(query.execution_options(yield_per=_BATCH)):
        yield tuple(row)


def insert_rows(conn: Connection, shape: Shape, new: Iterable[Iterable[Any]]) -> int:
    """Adds rows, each with values in the order of the shape's columns; returns how many. Raises NotLoadable."""
    statement, names = insert(shape.clause), tuple(shape.columns)
    rows, added = iter(new), 0
    while batch := [dict(zip(names, row, strict=True)) for row in islice(rows, _BATCH)]:
        try:
            conn.execute(statement, batch)
        except (IntegrityError, DataError, OverflowError, UnicodeError) as error:
            raise NotLoadable(f"a row does not fit into the table {shape.name}") from error
        added += len(batch)
    return added


def heads(conn: Connection) -> list[Head]:
    """Every organization, oldest first."""
    shape = next(each for each in shapes(conn) if each.name == "organizations")
    has_chain = "journal_hash" in shape.columns
    c = shape.clause.c
    ends = (c.journal_position, c.journal_hash) if has_chain else (null(), null())
    return [Head(*row) for row in conn.execute(select(c.id, c.slug, *ends).order_by(c.created_at, c.id))]


def count_files(conn: Connection) -> int:
    """How many different files there are."""
    return conn.execute(select(func.count(attachments.c.sha256.distinct()))).scalar_one()


def file_keys(conn: Connection) -> Iterator[str]:
    """The SHA-256 of each stored file that anything names, in ascending order, read as they are asked for."""
    # Hexadecimal digits have one order in every database, but for rules that put letters before digits.
    key = attachments.c.sha256
    order = collate(key, "C") if conn.dialect.name == "postgresql" else key
    query = select(key).group_by(key).order_by(order)
    for (found,) in conn.execute(query.execution_options(yield_per=_BATCH)):
        yield found


def _ours(conn: Connection) -> list[str]:
    # In a PostgreSQL database there may be tables of other programs too.
    known = {*metadata.tables, *_FORMER}
    return sorted(known.intersection(inspect(conn).get_table_names()))


def _kind(found: TypeEngine[Any]) -> ColumnKind:
    if isinstance(found, Boolean):
        return "boolean"
    if isinstance(found, Integer):
        return "integer"
    return "bytes" if isinstance(found, LargeBinary) else "text"
