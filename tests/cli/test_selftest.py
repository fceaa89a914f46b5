"""The self-test: what it shows is shown, what is broken is told, and nothing stays behind."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from counterfoil.cli.selftest import _show
from counterfoil.selftest import documents, ground, promises, writing
from counterfoil.selftest.ground import Broken, Ground
from tests.support.houses import new_company, open_house
from tests.support.server import COMMAND, clean_environment


@pytest.fixture
def place(tmp_path: Path) -> Ground:
    return Ground(tmp_path, seed=1)


@pytest.mark.parametrize("check", [writing.on_its_day, documents.hostile_xml, documents.jailed])
def test_a_kept_promise_says_what_was_done(place: Ground, check: Callable[[Ground], str]) -> None:
    outcome = promises._kept(place, "R0", "promise", check)

    assert outcome.is_kept, outcome.result
    assert any(letter.isdigit() for letter in outcome.result)


def test_a_gap_is_a_broken_promise(tmp_path: Path) -> None:
    # given three invoices, the second of which gets another number past all guards
    house = open_house(tmp_path / "data")
    company = new_company(house)
    for _ in range(3):
        company.create(status="unpaid")
    house.close()
    assert ground.numbered(tmp_path / "data", company.id) == 3
    with closing(sqlite3.connect(tmp_path / "data" / "counterfoil.db")) as sql, sql:
        for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            sql.execute(f"DROP TRIGGER {name}")
        sql.execute("UPDATE client_invoices SET number = 'F-2026-009' WHERE number = 'F-2026-002'")
    # then it is seen
    with pytest.raises(Broken, match="a number is missing"):
        ground.numbered(tmp_path / "data", company.id)


def test_what_breaks_is_told_and_not_raised(place: Ground, capsys: pytest.CaptureFixture[str]) -> None:
    def broken(_ground: Ground) -> str:
        raise Broken("an invoice is lost")

    def buggy(_ground: Ground) -> str:
        raise KeyError("x")

    outcomes = [promises._kept(place, f"R{n}", "promise", check) for n, check in enumerate((broken, buggy))]
    _show(outcomes, 7, 1.0, as_json=False)

    told = capsys.readouterr().out
    assert told.count("FAIL") == 2
    assert "an invoice is lost" in told
    assert "0 of 2 kept in 1 s; again: counterfoil selftest --seed 7" in told


def test_a_folder_that_is_there_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done = run("--keep", str(tmp_path / "mine"))

    assert done.returncode == 1
    assert "is there already" in done.stderr


@pytest.mark.long  # all of it takes most of a minute
def test_all_promises_are_kept_and_nothing_is_left(tmp_path: Path) -> None:
    before = set(Path(tempfile.gettempdir()).glob("counterfoil-selftest-*"))
    done = run("--json", "--seed", "5")

    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout)
    assert {each["id"] for each in told["promises"]} == {each[0] for each in (*promises.SERVED, *promises.ALONE)}
    assert told["is_kept"]
    assert set(Path(tempfile.gettempdir()).glob("counterfoil-selftest-*")) == before
    shutil.rmtree(tmp_path)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [COMMAND, "selftest", *words]
    return subprocess.run(command, env=clean_environment(), capture_output=True, text=True, check=False, timeout=300)
