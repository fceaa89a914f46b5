from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.house import House
from counterfoil.settings import Settings
from counterfoil.store.engine import Database, open_postgresql
from tests.support.databases import SECRET_KEY
from tests.support.houses import Company, SteppingClock, new_company
from tests.support.postgres import Postgres


@pytest.fixture
def url(postgresql: Postgres) -> Iterator[str]:
    """A migrated database of one's own."""
    made = postgresql.new_database()
    yield made
    postgresql.drop_database(made)


@pytest.fixture
def empty_url(postgresql: Postgres) -> Iterator[str]:
    """An empty one."""
    made = postgresql.new_database(is_migrated=False)
    yield made
    postgresql.drop_database(made)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    opened = open_postgresql(url)
    yield opened
    opened.dispose()


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    opened = House(Settings(data=tmp_path, database_url=url, secret_key=SECRET_KEY), clock=SteppingClock())
    yield opened
    opened.close()


@pytest.fixture
def company(house: House) -> Company:
    return new_company(house)
