"""One page of rows that are kept as one JSON text each: clients, products."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, func, select


def page(
    conn: Connection,
    table: Table,
    conditions: Sequence[ColumnElement[bool]],
    *,
    sort: ColumnElement[str],
    is_descending: bool,
    limit: int,
    skip: int,
) -> tuple[int, list[str]]:
    """The number of matches and one page of their bodies. conditions: the organization is the first of them.

    Ids are found first, so that the rows that OFFSET skips are read from an index (organization_id, sort, id) alone.
    """
    total = conn.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()
    if skip >= total:
        return total, []
    order = (sort.desc(), table.c.id.desc()) if is_descending else (sort, table.c.id)
    ids = select(table.c.id).where(*conditions).order_by(*order).limit(limit).offset(skip)
    found = select(table.c.body).where(conditions[0], table.c.id.in_(ids)).order_by(*order)
    return total, list(conn.execute(found).scalars())
