"""Pages by number that stay fast: counts per status and per block of 2,048 sequence numbers, kept in the write.

`list_counts` holds for each (organization, kind, status, imported) the total and one count a block. A page's first
row is found by summing blocks, so that the OFFSET left over is at most a block's length whatever the page.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import list_counts
from counterfoil.store.upsert import upsert

BLOCK = 2048


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page begins: rows with `seq` up to (or from) `bound`, after skipping `offset` of them."""

    total: int
    bound: int | None
    offset: int


_ROW = Prepared(
    select(list_counts.c.total, list_counts.c.blocks).where(
        list_counts.c.organization_id == bindparam("organization_id"),
        list_counts.c.kind == bindparam("kind"),
        list_counts.c.status == bindparam("status"),
        list_counts.c.imported == bindparam("imported"),
    )
)
_ROWS = Prepared(
    select(list_counts.c.status, list_counts.c.imported, list_counts.c.total, list_counts.c.blocks).where(
        list_counts.c.organization_id == bindparam("organization_id"), list_counts.c.kind == bindparam("kind")
    )
)
_UPSERT = Prepared(upsert(list_counts, ("organization_id", "kind", "status", "imported"), ("total", "blocks")))


def add(conn: Connection, organization_id: str, kind: str, *, status: str, imported: bool, seq: int, step: int) -> None:
    """Counts one row more (step 1) or less (step -1) under `status`. Call it in the write that changes the row."""
    key: dict[str, object] = {
        "organization_id": organization_id, "kind": kind, "status": status, "imported": imported,
    }  # fmt: skip
    total, counted = _ROW.run(conn, **key).fetchone() or (0, b"")
    blocks = array("I", counted)
    index = seq // BLOCK
    if index >= len(blocks):
        blocks.extend([0] * (index + 1 - len(blocks)))
    blocks[index] += step
    _UPSERT.run(conn, **key, total=total + step, blocks=blocks.tobytes())


def window(
    conn: Connection,
    organization_id: str,
    kind: str,
    *,
    statuses: Sequence[str] | None,
    include_imported: bool,
    skip: int,
    is_descending: bool,
) -> Window:
    """Where the page begins that has `skip` rows before it. statuses: None for all of them."""
    found = _ROWS.run(conn, organization_id=organization_id, kind=kind).fetchall()
    rows = [
        (total, blocks)
        for status, imported, total, blocks in found
        if (statuses is None or status in statuses) and (include_imported or not imported)
    ]
    total = sum(total for total, _ in rows)
    if skip < BLOCK or skip >= total:
        return Window(total, None, skip)
    counts = [array("I", blocks) for _, blocks in rows]
    merged = counts[0].tolist() if len(counts) == 1 else [sum(each) for each in zip_longest(*counts, fillvalue=0)]
    left = skip
    for index in range(len(merged) - 1, -1, -1) if is_descending else range(len(merged)):
        if left < merged[index]:
            bound = (index + 1) * BLOCK - 1 if is_descending else index * BLOCK
            return Window(total, bound, left)
        left -= merged[index]
    return Window(total, None, skip)
