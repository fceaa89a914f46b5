"""Every query of a table of organizations says whose rows it means: in the store, not in routes.

Prepared statements are all judged here, in both dialects. What `Connection.execute` runs is judged as it runs, in every
test of the whole suite that works in its own process, by tests/plugins/tenant_scope.py; and that no statement is built
where it could not be seen, by its source.
"""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from counterfoil.domain.client import ClientFields
from counterfoil.operations import clients
from counterfoil.store import queue
from counterfoil.store.prepared import Prepared
from counterfoil.store.tables import clients as clients_table
from tests.architecture.source import layer
from tests.architecture.test_layers import NOT_OF_ONE_ORGANIZATION
from tests.plugins import tenant_scope as watch
from tests.support.houses import CLIENT, new_company, open_house
from tests.support.tenant_scope import OWNER, QUERIES_OF_ALL, unscoped

DIALECTS = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}
# Prepared statements for all organizations, and why.
PREPARED_OF_ALL = {
    "credentials._GET": "credentials.by_hash: tells which organization is asking",
    "documents._LINK": "documents.by_token: the link's token is all that its visitor has",
    "queue._DONE": "jobs of all organizations wait in one line; the job's own id and payload name it",
}
# Where SQL is written by hand, and why.
BY_HAND = {
    "copying": "copies all tables of all organizations, whole",
    "engine": "settings of a connection, copies of a whole file",
    "marks": "says what the whole database is",
    "postgresql": "settings and locks of a connection",
    "prepared": "runs what is judged above",
    "triggers": "guards on the tables themselves",
}


def modules() -> list[ModuleType]:
    paths = [path for path in layer("store") if "migrations" not in path.parts and path.stem != "__init__"]
    return [importlib.import_module(f"counterfoil.store.{path.stem}") for path in paths]


def prepared() -> Iterator[tuple[str, Prepared]]:
    """Every prepared statement that a module of the store holds, itself or in an object of its own."""
    for module in modules():
        name = module.__name__.rsplit(".", 1)[-1]
        for attribute, value in vars(module).items():
            if getattr(value, "__module__", "") == Prepared.__module__ and isinstance(value, Prepared):
                yield f"{name}.{attribute}", value
            elif type(value).__module__ == "counterfoil.store.documents":
                held = vars(value) if hasattr(value, "__dict__") else {}
                yield from ((f"{name}.{attribute}.{k}", v) for k, v in held.items() if isinstance(v, Prepared))


def texts(statement: Prepared) -> Iterator[str]:
    for name, dialect in DIALECTS.items():
        clause: Any = statement._clause[name] if isinstance(statement._clause, Mapping) else statement._clause
        yield str(clause.compile(dialect=dialect, column_keys=statement._columns))


def test_every_prepared_statement_says_whose_rows_it_means() -> None:
    found = list(prepared())
    of_all = {name for name, statement in found if any(unscoped(sql) for sql in texts(statement))}
    assert len(found) > 70
    assert of_all == set(PREPARED_OF_ALL)


def test_every_table_of_organizations_is_known() -> None:
    assert {"client_invoices", "clients", "credentials", "jobs", "journal", "organizations"} <= OWNER.keys()
    assert OWNER["organizations"] == "id"


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT clients.body FROM clients WHERE clients.id = ?", {"clients"}),
        ("SELECT clients.body \nFROM clients \nWHERE clients.organization_id = ? AND clients.id = ?", set()),
        ("SELECT clients.body FROM clients WHERE clients.organization_id != ?", {"clients"}),
        ("SELECT clients.organization_id FROM clients", {"clients"}),
        ("UPDATE quotes SET status=? WHERE quotes.id = ?", {"quotes"}),
        ("UPDATE quotes SET organization_id=? WHERE quotes.id = ?", {"quotes"}),
        ("DELETE FROM jobs WHERE jobs.kind = ?", {"jobs"}),
        ("SELECT organizations.slug FROM organizations WHERE organizations.id = :b", set()),
        ("SELECT organizations.slug FROM organizations ORDER BY organizations.id", {"organizations"}),
        # A subquery over the same table must say it again.
        (
            "SELECT clients.id FROM clients WHERE clients.organization_id = ? AND clients.id IN"
            " (SELECT clients.id FROM clients WHERE clients.email = ?)",
            {"clients"},
        ),
        # A joined table says it by the other's.
        (
            "SELECT a.id FROM attachments AS a JOIN document_files ON document_files.organization_id ="
            " a.organization_id WHERE document_files.organization_id = %(o)s::VARCHAR",
            set(),
        ),
        ("SELECT a.id FROM attachments AS a, clients WHERE clients.organization_id = ?", {"attachments"}),
        ("SELECT 'clients.organization_id = ?' FROM clients", {"clients"}),
        ("INSERT INTO clients (organization_id, id, email) VALUES (?, ?, ?)", set()),
    ],
)  # fmt: skip
def test_the_judge_sees_what_is_missing(sql: str, tables: set[str]) -> None:
    assert unscoped(sql) == tables


def test_a_query_that_forgets_the_organization_is_seen_as_it_runs(tmp_path: Any) -> None:
    house = open_house(tmp_path / "house")
    company = new_company(house)
    with company.write() as work:
        clients.create(work, ClientFields.model_validate(CLIENT))
    assert watch.found() == []
    forgetful: dict[str, Any] = {"select": select, "clients": clients_table, "bindparam": bindparam}
    source = (
        "def get(conn, email):\n    return conn.execute(select(clients.c.id).where(clients.c.email == email)).all()"
    )
    # Compiled as if it stood in the store.
    exec(compile(source, str(queue.__file__).replace("queue.py", "clients.py"), "exec"), forgetful)

    with company.read() as work:
        assert forgetful["get"](work.conn, json.loads(json.dumps(CLIENT["email"])))

    assert [line.split(":")[0] for line in watch.found()] == ["clients.get asks clients of all organizations"]
    house.close()


def test_sql_is_written_by_hand_only_where_it_is_named() -> None:
    by_hand = {
        path.stem
        for path in layer("store")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and (node.attr == "exec_driver_sql" or _goes_to_the_driver(node))
    }
    assert "prepared" in by_hand
    assert by_hand <= BY_HAND.keys()


def _goes_to_the_driver(node: ast.Attribute) -> bool:
    """Whether it is connection.driver_connection.execute, or another of its ways to run SQL."""
    of = node.value
    return node.attr.startswith("execute") and isinstance(of, ast.Attribute) and of.attr == "driver_connection"


def test_no_exception_outlives_its_reason() -> None:
    functions = {
        f"{path.stem}.{node.name}"
        for path in layer("store")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name for name in QUERIES_OF_ALL if "." in name} <= functions
    assert not QUERIES_OF_ALL.keys() & NOT_OF_ONE_ORGANIZATION.keys()
