"""Documents of any kind: one row each, its two texts spliced when it is answered, its page found by counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Integer,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from counterfoil.store import paging, touched
from counterfoil.store.prepared import Prepared
from counterfoil.store.rows import DocumentRow
from counterfoil.store.tables import public_links

Row = TypeVar("Row", bound=DocumentRow)

SCHEMA_VERSION = 1
# What may still change after finalize. The rest is closed, and a trigger refuses it too.
LIVING = ("status", "updated_at", "version", "live")

_INSERT_LINK = Prepared(insert(public_links))
_DELETE_LINK = Prepared(
    delete(public_links).where(
        public_links.c.token == bindparam("token"), public_links.c.organization_id == bindparam("organization_id")
    )
)
_LINK = Prepared(
    select(public_links.c.organization_id, public_links.c.document_kind, public_links.c.document_id).where(
        public_links.c.token == bindparam("token")
    )
)


@dataclass(frozen=True, slots=True)
class Link:
    """Which document a public page shows."""

    organization_id: str
    document_kind: str
    document_id: str


def by_token(conn: Connection, token: str) -> Link | None:
    """What stands behind a public page's token. The token itself is the permission, so no organization is asked."""
    found = _LINK.run(conn, token=token).fetchone()
    return Link(*found) if found else None


@dataclass(frozen=True)
class DocumentFilter:
    """What a list asks for. Times and dates are texts as stored; `_from` and `_to` are inclusive; the rest is equal."""

    statuses: tuple[str, ...] | None = None
    include_imported: bool = False
    created_at_from: str | None = None
    created_at_to: str | None = None
    updated_at_from: str | None = None
    updated_at_to: str | None = None
    issue_date_from: str | None = None
    issue_date_to: str | None = None
    number: str | None = None
    client_id: str | None = None

    @property
    def is_counted(self) -> bool:
        """Whether the kept counts answer it, so that any page is fast."""
        return not self.narrowed()

    def narrowed(self) -> dict[str, str]:
        """What is asked for beside statuses and imports, by the field's name."""
        names = (field.name for field in fields(self) if field.name not in ("statuses", "include_imported"))
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class Documents(Generic[Row]):
    """The rows of one kind.

    kind: as links and counts name it. make: `_make` of the named tuple of the table's columns, in their order.
    changeable: the columns that a draft may change; a closed document changes those of LIVING alone.
    has_page: whether a row's token opens a page of its own.
    """

    def __init__(
        self,
        kind: str,
        table: Table,
        make: Callable[[Iterable[Any]], Row],
        changeable: Sequence[str],
        *,
        has_page: bool = True,
    ) -> None:
        self.kind = kind
        self._has_page = has_page
        self.table = table
        self._make = make
        self._changeable = tuple(changeable)
        self._has_imports = "imported" in table.c
        c = table.c
        by_id = (c.organization_id == bindparam("b_organization_id"), c.id == bindparam("b_id"))
        self._get = Prepared(select(table).where(*by_id))
        self._number_taken = Prepared(
            select(c.id).where(c.organization_id == bindparam("organization_id"), c.number == bindparam("number"))
        )
        self._insert = Prepared(insert(table))
        self._delete = Prepared(delete(table).where(*by_id))
        self._change = Prepared(update(table).where(*by_id), columns=self._changeable)
        self._live_on = Prepared(update(table).where(*by_id), columns=LIVING)
        mine = c.organization_id == bindparam("b_organization_id")
        self._last = Prepared(select(func.max(c.seq)).where(mine))
        following = select(c.seq, c.created_at).where(mine, c.seq >= bindparam("b_seq")).order_by(c.seq)
        self._from_seq = Prepared(following.limit(1))

    def get(self, conn: Connection, organization_id: str, document_id: str) -> Row | None:
        """The document; None when absent or another organization's."""
        row = self._get.run(conn, b_organization_id=organization_id, b_id=document_id).fetchone()
        return self._make(row) if row else None

    def has_number(self, conn: Connection, organization_id: str, number: str, *, except_id: str | None = None) -> bool:
        """Whether another document of this kind has this number."""
        found = self._number_taken.value(conn, organization_id=organization_id, number=number)
        return found is not None and found != except_id

    def insert(self, conn: Connection, organization_id: str, row: Row) -> None:
        """Adds the row, its public link and its place in the counts."""
        columns = row._asdict()
        self._insert.run(conn, **columns)
        self._note(conn, columns)
        if self._has_page:
            _INSERT_LINK.run(
                conn, token=row.public_token, organization_id=organization_id, document_kind=self.kind,
                document_id=row.id,
            )  # fmt: skip
        self._count(conn, organization_id, row, row.status, 1)

    def replace(self, conn: Connection, organization_id: str, before: Row, after: Row) -> None:
        """Writes `after` over `before`; moves the counts when the status changed. A closed `frozen` stays as it is."""
        is_open = before.finalized_at is None
        statement, columns = (self._change, self._changeable) if is_open else (self._live_on, LIVING)
        changed = {name: getattr(after, name) for name in columns}
        statement.run(conn, b_organization_id=organization_id, b_id=before.id, **changed)
        self._note(conn, before._asdict() | changed)
        if before.status != after.status:
            self._count(conn, organization_id, before, before.status, -1)
            self._count(conn, organization_id, before, after.status, 1)

    def delete(self, conn: Connection, organization_id: str, row: Row) -> None:
        """Removes the row with its link and its place in the counts; a trigger refuses anything finalized."""
        self._delete.run(conn, b_organization_id=organization_id, b_id=row.id)
        if self._has_page:
            _DELETE_LINK.run(conn, token=row.public_token, organization_id=organization_id)
        self._count(conn, organization_id, row, row.status, -1)

    def page(
        self,
        conn: Connection,
        organization_id: str,
        wanted: DocumentFilter,
        *,
        is_descending: bool,
        limit: int,
        skip: int,
    ) -> tuple[int, list[Row]]:
        """The number of matches and one page of them, in order of creation."""
        if wanted.is_counted:
            return self._counted_page(conn, organization_id, wanted, is_descending, limit, skip)
        conditions = self._conditions(conn, organization_id, wanted)
        count = select(func.count()).select_from(self.table).where(and_(*conditions))
        total = conn.execute(count).scalar_one()
        seqs = select(self.table.c.seq).where(*conditions)
        query = _deferred(self.table, organization_id, seqs, is_descending, limit, skip)
        return total, [self._make(row) for row in conn.execute(query)]

    def _counted_page(
        self, conn: Connection, organization_id: str, wanted: DocumentFilter, is_descending: bool, limit: int, skip: int
    ) -> tuple[int, list[Row]]:
        """The page of a filter that the kept counts answer: as fast at the end of a million as at the beginning."""
        imports = wanted.include_imported or not self._has_imports
        total, rows = counted_page(
            conn, organization_id, self.table, self.kind,
            statuses=wanted.statuses, include_imported=imports, is_descending=is_descending, limit=limit, skip=skip,
        )  # fmt: skip
        return total, list(map(self._make, rows))

    def _conditions(self, conn: Connection, organization_id: str, wanted: DocumentFilter) -> list[ColumnElement[bool]]:
        c = self.table.c
        conditions: list[ColumnElement[bool]] = [c.organization_id == organization_id]
        if self._has_imports and not wanted.include_imported:
            conditions.append(c.imported.is_(False))
        if wanted.statuses is not None:
            conditions.append(
                c.status == wanted.statuses[0] if len(wanted.statuses) == 1 else c.status.in_(wanted.statuses)
            )
        for name, value in wanted.narrowed().items():
            if name == "created_at_from":
                conditions.append(c.seq >= self._first_seq(conn, organization_id, value))
            elif name == "created_at_to":
                conditions.append(c.seq < self._first_seq(conn, organization_id, value, is_after=True))
            elif name.endswith("_from"):
                conditions.append(c[name.removesuffix("_from")] >= value)
            elif name.endswith("_to"):
                conditions.append(c[name.removesuffix("_to")] <= value)
            else:
                conditions.append(c[name] == value)
        return conditions

    def _first_seq(self, conn: Connection, organization_id: str, moment: str, *, is_after: bool = False) -> int:
        """The lowest seq of what was created at `moment` or later, or only later; past the last one if there is none.

        created_at never goes back while seq goes on, so a few probes find it, and a list by time of creation reads
        the index that it reads without one.
        """
        low, high = 0, 1 + (self._last.value(conn, b_organization_id=organization_id) or 0)
        while low < high:
            middle = (low + high) // 2
            found = self._from_seq.run(conn, b_organization_id=organization_id, b_seq=middle).fetchone()
            if found is None or found[1] > moment or (found[1] == moment and not is_after):
                high = middle
            else:
                low = found[0] + 1
        return low

    def _note(self, conn: Connection, columns: dict[str, Any]) -> None:
        """A document is sealed from its issue on; a draft is its writer's own."""
        if columns["finalized_at"] is not None:
            touched.note(conn, self.kind, columns)

    def _count(self, conn: Connection, organization_id: str, row: Row, status: str, step: int) -> None:
        imported = bool(getattr(row, "imported", False))
        paging.add(conn, organization_id, self.kind, status=status, imported=imported, seq=row.seq, step=step)


def counted_page(
    conn: Connection,
    organization_id: str,
    table: Table,
    kind: str,
    *,
    statuses: tuple[str, ...] | None,
    include_imported: bool,
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[Sequence[Any]]]:
    """The number of rows in these statuses and one page of them, from the counts that are kept of `kind`."""
    start = paging.window(
        conn, organization_id, kind,
        statuses=statuses, include_imported=include_imported, skip=skip, is_descending=is_descending,
    )  # fmt: skip
    if skip >= start.total:
        return start.total, []
    has_bound = start.bound is not None
    statement = _counted_query(table, len(statuses or ()), include_imported, has_bound, is_descending)
    values: dict[str, object] = {f"b_status_{n}": status for n, status in enumerate(statuses or ())}
    if has_bound:
        values["b_bound"] = start.bound
    rows = statement.run(conn, b_organization_id=organization_id, b_limit=limit, b_offset=start.offset, **values)
    return start.total, rows.fetchall()


@cache
def _counted_query(
    table: Table, statuses: int, include_imported: bool, is_bounded: bool, is_descending: bool
) -> Prepared:
    """The few shapes of such a page's statement. statuses: how many are asked for, 0 for any.

    Several statuses are merged from one index range each; an OR or IN would read through all the others' rows.
    """
    c = table.c
    kept: list[ColumnElement[bool]] = [c.organization_id == bindparam("b_organization_id")]
    if is_bounded:
        bound: BindParameter[int] = bindparam("b_bound")
        kept.append(c.seq <= bound if is_descending else c.seq >= bound)
    imports: list[tuple[ColumnElement[bool], ...]] = [()]
    if "imported" in c:
        imports = [(c.imported.is_(each),) for each in ((False, True) if include_imported else (False,))]
    ranges: list[tuple[ColumnElement[bool], ...]]
    if statuses:
        ranges = [(*each, c.status == bindparam(f"b_status_{n}")) for each in imports for n in range(statuses)]
    else:
        ranges = [() if include_imported else imports[0]]
    merged = union_all(*(select(c.seq).where(*kept, *narrowed) for narrowed in ranges))
    seqs = select(c.seq).where(*kept, *ranges[0]) if len(ranges) == 1 else merged
    limit, offset = bindparam("b_limit", type_=Integer), bindparam("b_offset", type_=Integer)
    return Prepared(_deferred(table, bindparam("b_organization_id"), seqs, is_descending, limit, offset))


def _deferred(
    table: Table,
    organization_id: str | BindParameter[str],
    seqs: Select[tuple[int]] | CompoundSelect[tuple[int]],
    is_descending: bool,
    limit: int | BindParameter[int],
    offset: int | BindParameter[int],
) -> Select[Any]:
    """A deferred join: rows that OFFSET skips are read from the index alone, never their long texts."""
    seq = table.c.seq
    found = seqs.selected_columns.seq
    page = seqs.order_by(found.desc() if is_descending else found).limit(limit).offset(offset)
    return (
        select(table)
        .where(table.c.organization_id == organization_id, seq.in_(page))
        .order_by(seq.desc() if is_descending else seq)
    )
