"""A PostgreSQL for measurements: a server of its own, durable at each commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.postgres import Postgres, start_postgresql


@contextmanager
def served() -> Iterator[Postgres]:
    """A server, stopped and removed when the block ends."""
    server = start_postgresql(fsync=True)
    try:
        yield server
    finally:
        server.stop()


def copied(server: Postgres, url: str) -> str:
    """A copy of the database at `url`, to which nobody may be connected: its address for psycopg."""
    name = url.partition("@/")[2].partition("?")[0]
    with server.connect() as conn:
        conn.execute(f"CREATE DATABASE copy_of_{name} TEMPLATE {name}".encode())
    return server.url_of(f"copy_of_{name}").replace("+psycopg", "")
