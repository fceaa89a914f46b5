"""The roles of docs/postgresql.md: servers work as one that cannot touch the guards of what was issued."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

from counterfoil.house import House
from counterfoil.settings import Settings
from counterfoil.store import migrations
from counterfoil.store.engine import open_postgresql
from tests.support.databases import SECRET_KEY
from tests.support.houses import SteppingClock, new_company
from tests.support.postgres import Postgres

DOCS = Path(__file__).parents[2] / "docs/postgresql.md"


def test_servers_need_no_right_to_change_tables(postgresql: Postgres, empty_url: str, tmp_path: Path) -> None:
    make_roles, take_away = re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    with postgresql.connect(empty_url) as conn:
        conn.execute("DROP ROLE IF EXISTS counterfoil_owner, counterfoil_app")
        conn.execute(make_roles)
    owner = open_postgresql(empty_url.replace("postgres@", "counterfoil_owner@"))
    migrations.upgrade(owner)
    owner.dispose()
    with postgresql.connect(empty_url.replace("postgres@", "counterfoil_owner@")) as conn:
        conn.execute(take_away)

    url = empty_url.replace("postgres@", "counterfoil_app@")
    house = House(Settings(data=tmp_path, database_url=url, secret_key=SECRET_KEY), clock=SteppingClock())
    company = new_company(house)
    issued = company.create(status="unpaid")
    company.credit(issued.id)
    house.close()

    for statement in (
        "DROP TRIGGER client_invoices_frozen ON client_invoices", "ALTER TABLE journal DISABLE TRIGGER ALL",
        "UPDATE journal SET data = ''", "DELETE FROM journal", "TRUNCATE journal", "DROP TABLE journal",
        "CREATE TABLE theirs (id int)", "SET session_replication_role = replica",
    ):  # fmt: skip
        with postgresql.connect(url) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            conn.execute(statement)
