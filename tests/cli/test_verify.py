"""counterfoil verify, as a command and as an auditor does it by hand."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from counterfoil.cli.main import app
from counterfoil.operations import verification
from counterfoil.store import migrations, triggers
from tests.support.houses import Company, SteppingClock, open_house
from tests.support.sealed import sealed_company, verified

PAGE = Path(__file__).parents[2] / "docs" / "guarantees" / "journal.md"


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    clock = SteppingClock()
    house = open_house(tmp_path / "data", clock)
    yield sealed_company(house, clock, tmp_path / "mail")
    house.close()


def run(data: Path, *more: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["verify", "--data", str(data), *more])
    return answer.exit_code, answer.stdout + (answer.stderr or "")


def edit(data: Path, *statements: str) -> None:
    with closing(sqlite3.connect(data / "counterfoil.db")) as conn:
        for name in triggers.NAMES["sqlite"]:
            conn.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            conn.execute(statement)
        conn.commit()


def test_unaltered_is_0_with_the_head_of_each_journal(company: Company) -> None:
    code, told = run(company.house.settings.data, "--json")
    (found,) = json.loads(told)["organizations"]
    assert (code, json.loads(told)["is_unaltered"]) == (0, True)
    with company.read() as work:
        assert (found["position"], found["head"]) == (
            work.organization.journal_position, work.organization.journal_hash,
        )  # fmt: skip


def test_an_edit_is_1_and_named_without_the_guards(company: Company) -> None:
    data = company.house.settings.data
    edit(data, "UPDATE client_invoices SET total_amount_cents = 1 WHERE number = 'F-2026-002'")
    code, told = run(data)
    assert code == 1
    assert "F-2026-002: altered" in told
    assert "client_invoices_frozen: this guard" in told


def test_what_cannot_be_verified_is_2(tmp_path: Path, company: Company) -> None:
    assert run(tmp_path / "elsewhere")[0] == 2
    assert run(company.house.settings.data, "--organization", "nobody")[0] == 2


def test_an_expected_hash_is_found_or_missed(company: Company) -> None:
    data = company.house.settings.data
    with closing(sqlite3.connect(data / "counterfoil.db")) as conn:
        (known,) = conn.execute("SELECT hash FROM journal WHERE position = 5").fetchone()
    code, told = run(data, "--expect-hash", known)
    assert (code, "is that of entry 5" in told) == (0, True)
    copied = "Journal " + "\u200b".join(known[at : at + 4] for at in range(0, 64, 4))  # as out of a PDF
    assert run(data, "--expect-hash", copied)[0] == 0
    assert run(data, "--expect-hash", known[:60])[0] == 2
    code, told = run(data, "--expect-hash", "0" * 64)
    assert (code, "no entry has this hash" in told) == (1, True)


def test_a_number_without_a_document_is_a_gap() -> None:
    assert list(verification.gaps([1, 2, 5, 9], 1, 8)) == [(3, 4), (6, 7)]
    assert list(verification.gaps([], 4, 4)) == []


def test_an_auditor_recomputes_the_chain_by_hand(company: Company, tmp_path: Path) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    file = tmp_path / "by_hand.py"
    file.write_text(program, encoding="utf-8")
    data = company.house.settings.data

    def by_hand() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(file), str(data / "counterfoil.db")]
        return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)

    with company.read() as work:
        head = work.organization.journal_hash
    assert by_hand().stdout.strip().endswith(head)
    edit(data, "UPDATE journal SET principal = 'nobody' WHERE position = 7")
    assert "entry 7 does not fit" in by_hand().stderr


def test_the_guards_come_back_with_migrate(company: Company) -> None:
    edit(company.house.settings.data)
    assert {each.subject for each in verified(company.house).findings} == {"triggers"}
    migrations.repair(company.house.database)
    assert verified(company.house).findings == ()
