"""Number counters: one a kind and year, moved only in the write that gives the number to a document."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import counters
from counterfoil.store.upsert import upsert

_GET = Prepared(
    select(counters.c.next_value, counters.c.last_issue_date).where(
        counters.c.organization_id == bindparam("organization_id"),
        counters.c.kind == bindparam("kind"),
        counters.c.year == bindparam("year"),
    )
)
_SET = Prepared(upsert(counters, ("organization_id", "kind", "year"), ("next_value", "last_issue_date")))


@dataclass(frozen=True, slots=True)
class Counter:
    """next_value: the number to try next. last_issue_date: YYYY-MM-DD of the newest document, "" when none."""

    next_value: int
    last_issue_date: str


def get(conn: Connection, organization_id: str, kind: str, year: int) -> Counter:
    """The counter; one that was never moved starts at 1."""
    row = _GET.run(conn, organization_id=organization_id, kind=kind, year=year).fetchone()
    return Counter(*row) if row else Counter(1, "")


def move(
    conn: Connection, organization_id: str, kind: str, year: int, *, next_value: int, last_issue_date: str
) -> None:
    """Sets the counter."""
    _SET.run(
        conn, organization_id=organization_id, kind=kind, year=year,
        next_value=next_value, last_issue_date=last_issue_date,
    )  # fmt: skip
