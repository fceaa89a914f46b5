"""Group commit on SQLite: writers that wait for each other share one transaction, and with it one wait for the disk.

A commit is durable once the disk says so, which takes as long as much of what a write computes. So whoever is done
while another one waits leaves the transaction open: the next one goes on in it, in a savepoint of its own, and the last
one commits for all of them. Nobody's `write()` ends before that commit, a refused one takes only its own changes back,
and when the commit fails all of them fail. Readers see nothing before it is durable, as with a commit each.
"""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING

from counterfoil.store.locks import FairLock

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection

# How many share a commit at most: the first one waits for all others.
SIZE_MAX = 8


class Writers:
    """Lets writers in one after the other.

    transaction: begins one that commits when it is left well and rolls back when it is left with an error; it may be
    left by another thread than the one that began it.
    """

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction
        self._turns = FairLock()
        self._open: _Group | None = None

    @contextmanager
    def turn(self, on_entered: Callable[[], None]) -> Iterator[Connection]:
        """A connection to write with, whose changes are committed when the block is over and it ended well.

        on_entered: called when it is one's turn. Raises what the block raises, or what the commit raised.
        """
        refused: BaseException | None = None
        with self._turns:
            on_entered()
            group, self._open = self._open or _Group(self._transaction()), None
            try:
                with group.part():
                    yield group.conn
            except BaseException as error:  # raised below, once it is known what became of the others
                refused = error
            if self._turns.is_awaited and group.may_go_on:
                group.share()
                self._open = group
            else:
                group.end()
        group.wait()
        if refused is not None:
            try:
                raise refused
            finally:
                refused = None  # or it would hold the frame that holds it

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No transaction is open and nobody writes during the block."""
        with self._turns:
            if self._open is not None:
                self._open.end()
                self._open = None
            yield


class _Group:
    """One transaction of one or more writers. Everything but `wait` is for whoever has the turn."""

    def __init__(self, transaction: AbstractContextManager[Connection]) -> None:
        self._stack = ExitStack()
        self.conn = self._stack.enter_context(transaction)
        self._sqlite: sqlite3.Connection = self.conn.connection.driver_connection  # type: ignore[assignment]  # open
        self._size = 0
        self._error: BaseException | None = None
        self._ended: threading.Event | None = None

    @property
    def may_go_on(self) -> bool:
        """Whether another one may still come in."""
        return self._error is None and self._size < SIZE_MAX

    @contextmanager
    def part(self) -> Iterator[None]:
        """The changes of one of them: taken back alone when the block raises."""
        is_first = self._size == 0
        self._size += 1
        try:
            if not is_first:
                self._sqlite.execute("SAVEPOINT part")
            yield
            if not is_first:
                self._sqlite.execute("RELEASE part")
        except BaseException as error:
            # Some errors, a full disk above all, make SQLite take back the whole transaction by itself.
            if is_first or not self._sqlite.in_transaction:
                self._error = error
            else:
                self._sqlite.execute("ROLLBACK TO part")
                self._sqlite.execute("RELEASE part")
            raise

    def share(self) -> None:
        """From now on somebody waits for the end."""
        self._ended = self._ended or threading.Event()

    def end(self) -> None:
        """Commits, or rolls back what is broken, and wakes all that wait; raises nothing."""
        try:
            error = self._error
            self._stack.__exit__(type(error) if error else None, error, error.__traceback__ if error else None)
        except BaseException as error:  # `wait` raises it
            self._error = error
        finally:
            if self._ended is not None:
                self._ended.set()

    def wait(self) -> None:
        """Waits for the end. Raises what went wrong with all of it."""
        if self._ended is not None:
            self._ended.wait()
        if self._error is not None:
            raise self._error
