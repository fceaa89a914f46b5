"""The PostgreSQL that the tests start for themselves."""

from __future__ import annotations

import signal
from pathlib import Path

import psycopg
import pytest

from counterfoil.store import migrations
from tests.support.postgres import Postgres


def test_a_new_database_is_migrated_and_nobody_elses(postgresql: Postgres) -> None:
    """Each test gets a schema of its own at HEAD, made in a moment from a template."""
    one, other = postgresql.new_database(), postgresql.new_database()

    with postgresql.connect(one) as conn:
        conn.execute("INSERT INTO instance_secrets (name, value) VALUES ('only', 'here')")

    for url, expected in ((one, 1), (other, 0)):
        with postgresql.connect(url) as conn:
            assert conn.execute("SELECT version_num FROM alembic_version").fetchone() == (migrations.HEAD,)
            assert conn.execute("SELECT count(*) FROM instance_secrets WHERE name = 'only'").fetchone() == (expected,)
    postgresql.drop_database(one)


def test_a_restart_cuts_connections_and_keeps_what_was_committed(postgresql: Postgres) -> None:
    """With SIGQUIT the server recovers as it would after a crash."""
    url = postgresql.new_database(is_migrated=False)
    cut = postgresql.connect(url)
    cut.execute("CREATE TABLE kept (id int)")
    cut.execute("CHECKPOINT")  # this server does not wait for the disk

    postgresql.restart(signal.SIGQUIT)

    with pytest.raises(psycopg.OperationalError):
        cut.execute("SELECT 1")
    with postgresql.connect(url) as conn:
        assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_the_server_is_not_run_by_root_and_listens_on_no_port(postgresql: Postgres) -> None:
    with postgresql.connect() as conn:
        assert conn.execute("SHOW listen_addresses").fetchone() == ("",)
        assert conn.execute("SHOW server_encoding").fetchone() == ("UTF8",)
    status = Path(f"/proc/{postgresql.process.pid}/status").read_text()
    assert "\nUid:\t0\t" not in status
