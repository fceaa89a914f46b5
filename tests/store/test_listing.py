"""Lists of clients are read along an index: no page of any order reads through the texts that it skips."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import event

from counterfoil.app import House
from counterfoil.domain.client import ClientFields
from counterfoil.operations import clients as operations
from counterfoil.store import clients
from counterfoil.store.clients import ClientFilter
from tests.support.houses import CLIENT, Company, new_company

PREFIX = "ix_clients_organization_id_"
NAMES = ["Zoé", "élan", "Elan", "abri", "élan"]


@pytest.fixture
def crowd(company: Company) -> Company:
    with company.write() as work:
        for position, name in enumerate(NAMES):
            operations.create(work, ClientFields.model_validate(CLIENT | {"name": name, "vat_number": f"FR{position}"}))
    return company


def asked(house: House, company: Company, wanted: ClientFilter, **order: Any) -> tuple[list[str], list[str]]:
    """The names on a page, and SQLite's plan of finding their ids; no plan on PostgreSQL."""
    statements: list[tuple[str, Any]] = []

    def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, parameters))

    page = {"sort": "name", "is_descending": False, "limit": 100, "skip": 0, **order}
    with house.database.read() as conn:
        event.listen(conn, "before_cursor_execute", keep)
        _, bodies = clients.page(conn, company.id, wanted, **page)
        statement, parameters = statements[-1]
        explained = (
            conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters) if house.database.is_sqlite else ()
        )
        plan = [row[3] for row in explained]
    return [json.loads(body)["name"] for body in bodies], plan


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("sort", "index"), [("name", "search_name_id"), ("created_at", "created_at_id"), ("updated_at", "updated_at_id")]
)
@pytest.mark.parametrize("is_descending", [False, True])
def test_each_order_skips_along_its_covering_index(
    house: House, crowd: Company, sort: str, index: str, is_descending: bool
) -> None:
    _, plan = asked(house, crowd, ClientFilter(), sort=sort, is_descending=is_descending)
    assert any(f"USING COVERING INDEX {PREFIX}{index}" in step for step in plan), plan


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (ClientFilter(email="compta@client.example"), "email"), (ClientFilter(vat_number="FR1"), "vat_number"),
        (ClientFilter(tax_identification_number="732829320"), "tax_identification_number"),
        (ClientFilter(updated_at_from="2026-01-01T00:00:00.000Z"), "updated_at_id"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("sort", ["name", "created_at"])
def test_an_exact_filter_uses_its_own_index_whatever_the_order(
    house: House, crowd: Company, wanted: ClientFilter, index: str, sort: str
) -> None:
    names, plan = asked(house, crowd, wanted, sort=sort)
    assert names
    assert any(f"INDEX {PREFIX}{index} " in step for step in plan), plan


def test_pages_follow_one_another_also_among_equal_names(house: House, crowd: Company) -> None:
    whole, _ = asked(house, crowd, ClientFilter())
    parts = [name for skip in range(0, 6, 2) for name in asked(house, crowd, ClientFilter(), skip=skip, limit=2)[0]]
    backwards, _ = asked(house, crowd, ClientFilter(), is_descending=True)
    assert whole == parts == backwards[::-1]
    equal = [name.casefold() for name in whole[2:5]]
    assert sorted(equal) == ["elan", "élan", "élan"]
    assert [name.casefold() for name in whole] == ["abri", "client exemple", *equal, "zoé"]


def test_another_organizations_clients_are_not_listed(house: House, crowd: Company) -> None:
    other = new_company(house)
    assert asked(house, other, ClientFilter())[0] == ["Client Exemple"]
    assert asked(house, other, ClientFilter(vat_number="FR1"), skip=0)[0] == []
