"""Suites of other folders, run a second time with their houses and servers on PostgreSQL.

What is marked `sqlite` looks into SQLite itself, and has its like in this folder.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import databases
from tests.support.postgres import Postgres

ROOT = Path(__file__).parents[2]
# The essence, in a time that everybody waits for; `make test-long` runs the whole folders.
CHOSEN = (
    "tests/store/test_queue.py",
    "tests/operations/test_repeats.py",
    "tests/rest/test_idempotency.py",
    "tests/web/test_oauth_tokens.py",
)
WHOLE = ("tests/store", "tests/operations", "tests/jobs", "tests/rest", "tests/web", "tests/contract/test_003_list.py")


def run(*selected: str) -> None:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-m",
        "not long and not sqlite",
        *selected,
    ]
    environment = {**os.environ, databases.VARIABLE: "postgresql"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


@pytest.mark.timeout(600)
def test_the_essence_of_the_suites_holds_on_postgresql(postgresql: Postgres) -> None:
    """Skips with its fixture, so that the run below may not skip unseen."""
    run(*CHOSEN)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("suite", WHOLE)
def test_the_whole_suite_holds_on_postgresql(postgresql: Postgres, suite: str) -> None:
    run(suite)
