"""Which database the tests' houses and servers have: SQLite, or PostgreSQL when COUNTERFOIL_TEST_DATABASE says so.

tests/postgresql/test_suites.py runs suites of the other folders a second time with it.
"""

from __future__ import annotations

import base64
import os
from functools import cache
from pathlib import Path
from typing import Any

from counterfoil.house import open_database
from counterfoil.settings import Settings
from tests.support import postgres

VARIABLE = "COUNTERFOIL_TEST_DATABASE"
MOST = 60
_MADE: list[str] = []
SECRET_KEY = base64.b64encode(b"the secret key of all the tests.").decode()


def is_postgresql() -> bool:
    """Whether this run's houses stand on PostgreSQL."""
    return os.environ.get(VARIABLE) == "postgresql"


def settings_of(data: Path) -> dict[str, str]:
    """What Settings are given beside the data directory; the same database for the same directory."""
    if not is_postgresql():
        return {}
    return {"database_url": _url_of(str(data.resolve())), "secret_key": SECRET_KEY}


def environment_of(data: Path) -> dict[str, str]:
    """The same for a process."""
    return {f"COUNTERFOIL_{name.upper()}": value for name, value in settings_of(data).items()}


def rows(data: Path, question: str) -> list[tuple[Any, ...]]:
    """What a server's database answers, asked past the server."""
    database = open_database(Settings(data=data, **settings_of(data)))
    try:
        with database.read() as conn:
            return [tuple(row) for row in conn.exec_driver_sql(question)]
    finally:
        database.dispose()


@cache
def _url_of(_data: str) -> str:
    # Thousands of tests would fill the place. Those of servers that still run are in use.
    if len(_MADE) > MOST:
        for url in postgres.shared().drop_idle(_MADE[: MOST // 2]):
            _MADE.remove(url)
    _MADE.append(postgres.shared().new_database())
    return _MADE[-1]
