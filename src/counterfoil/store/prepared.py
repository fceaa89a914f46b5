"""Fixed statements, written in SQLAlchemy Core, compiled once a dialect and run on the driver's own cursor.

`Connection.execute` costs about 200 µs a statement, the driver 20 µs, and a write runs fifteen of them. Statements
that depend on what is asked (filters, lists of values) stay with `Connection.execute`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Connection


class Prepared:
    """A statement whose text never changes. columns: those that an INSERT or UPDATE sets by parameters of their names.

    Values go to the driver as they are, and come back as it gives them: SQLite has 0 and 1 for a boolean.
    """

    def __init__(
        self, clause: ClauseElement | Mapping[str, ClauseElement], columns: Sequence[str] | None = None
    ) -> None:
        self._clause = clause
        self._columns = list(columns) if columns is not None else None
        self._compiled: dict[str, _Text] = {}

    def run(self, conn: Connection, **values: object) -> Any:
        """The driver's cursor: fetchone(), fetchall(), rowcount."""
        text = self._compiled.get(conn.dialect.name) or self._compile(conn)
        return conn.connection.driver_connection.execute(text.sql, text.parameters(values))  # type: ignore[union-attr]  # open

    def value(self, conn: Connection, **values: object) -> Any:
        """The first column of the first row; None when there is no row."""
        row = self.run(conn, **values).fetchone()
        return row[0] if row else None

    def _compile(self, conn: Connection) -> _Text:
        name = conn.dialect.name
        clause = self._clause[name] if isinstance(self._clause, Mapping) else self._clause
        compiled: Any = clause.compile(dialect=conn.dialect, column_keys=self._columns)
        # A literal of the statement has its value already; a parameter still waits for one.
        literals = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required and bind.value is not None
        }
        text = _Text(str(compiled), literals, compiled.positiontup)
        self._compiled[name] = text
        return text


class _Text:
    """SQL as one driver takes it. names: the parameters in order, None where the driver takes them by name."""

    def __init__(self, sql: str, literals: Mapping[str, object], names: Sequence[str] | None) -> None:
        self.sql = sql
        self._literals = literals
        self._names = names

    def parameters(self, values: Mapping[str, object]) -> object:
        given = {**self._literals, **values}
        return given if self._names is None else [given[name] for name in self._names]
