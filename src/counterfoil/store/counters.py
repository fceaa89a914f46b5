"""Number counters: one a kind and year, moved only in the write that gives the number to a document."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import counters
from counterfoil.store.upsert import upsert

_GET = Prepared(
    select(counters.c.first_value, counters.c.next_value, counters.c.last_issue_date).where(
        counters.c.organization_id == bindparam("organization_id"),
        counters.c.kind == bindparam("kind"),
        counters.c.year == bindparam("year"),
    )
)
_SET = Prepared(upsert(counters, ("organization_id", "kind", "year"), ("first_value", "next_value", "last_issue_date")))


@dataclass(frozen=True, slots=True)
class Counter:
    """first_value: where the series begins. next_value: the number to try next. last_issue_date: YYYY-MM-DD or ""."""

    first_value: int = 1
    next_value: int = 1
    last_issue_date: str = ""


def get(conn: Connection, organization_id: str, kind: str, year: int) -> Counter:
    """The counter; one that was never moved starts at 1."""
    row = _GET.run(conn, organization_id=organization_id, kind=kind, year=year).fetchone()
    return Counter(*row) if row else Counter()


def put(conn: Connection, organization_id: str, kind: str, year: int, counter: Counter) -> None:
    """Sets the counter."""
    _SET.run(
        conn, organization_id=organization_id, kind=kind, year=year,
        first_value=counter.first_value, next_value=counter.next_value, last_issue_date=counter.last_issue_date,
    )  # fmt: skip
