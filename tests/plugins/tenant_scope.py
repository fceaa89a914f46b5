"""Every statement that any test runs in this process keeps to one organization, or is among the named exceptions.

The statements of all stores are judged as the drivers get them, SQLAlchemy's and prepared ones alike, whichever test
makes them run: REST, MCP, operations, jobs or commands. A test that runs another one fails when it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event

from counterfoil.store.prepared import Prepared
from tests.support.tenant_scope import askers, is_named, unscoped

SEEN: set[str] = set()
_FOUND: list[str] = []


def judge(sql: str) -> None:
    """Notes a statement of the store that is for all organizations and was asked by none that may."""
    SEEN.add(sql)
    if (tables := unscoped(sql)) and (functions := askers()) and not is_named(functions):
        _FOUND.append(f"{functions[0]} asks {', '.join(sorted(tables))} of all organizations: {sql}")


def found() -> list[str]:
    """What was noted since it was last asked."""
    noted = list(_FOUND)
    _FOUND.clear()
    return noted


def pytest_configure() -> None:
    event.listen(Engine, "before_cursor_execute", lambda _conn, _cursor, sql, _values, _context, _is_many: judge(sql))
    run = Prepared.run

    def judged(self: Prepared, conn: Any, **values: object) -> Any:
        cursor = run(self, conn, **values)
        judge(self._compiled[conn.dialect.name].sql)
        return cursor

    Prepared.run = judged  # type: ignore[method-assign]  # it does what it did, and is looked at


@pytest.fixture(autouse=True)
def _statements_keep_to_one_organization() -> Iterator[None]:
    found()
    yield
    assert found() == []
