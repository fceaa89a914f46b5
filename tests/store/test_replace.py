"""A database put in place of another: whole, in one step, under the feet of those who use it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from counterfoil.app import House
from counterfoil.store import triggers
from tests.support.houses import Company, new_company, open_house

pytestmark = pytest.mark.sqlite


def count(house: House) -> int:
    with house.database.read() as conn:
        return int(conn.exec_driver_sql("SELECT count(*) FROM client_invoices").scalar_one())


def test_what_was_copied_comes_back_with_its_guards(tmp_path: Path) -> None:
    house = open_house(tmp_path / "data")
    company = new_company(house)
    kept = company.create(status="unpaid")
    house.database.copy_to(tmp_path / "seed.db")
    for _ in range(5):
        company.create(status="unpaid")
    house.database.replace_by(tmp_path / "seed.db")
    assert count(house) == 1
    assert company.get(kept.id) == kept
    assert company.create(status="unpaid").number == "F-2026-002"
    with house.database.read() as conn:
        assert triggers.missing(conn) == []
    with pytest.raises(IntegrityError), house.database.write() as conn:
        conn.exec_driver_sql("DELETE FROM client_invoices")
    house.close()


def test_who_reads_at_that_moment_goes_on_in_the_old_content(tmp_path: Path) -> None:
    house = open_house(tmp_path / "data")
    house.database.copy_to(tmp_path / "seed.db")
    new_company(house).create()
    with house.database.read() as conn:
        before = conn.exec_driver_sql("SELECT count(*) FROM client_invoices").scalar_one()
        house.database.replace_by(tmp_path / "seed.db")
        again = conn.exec_driver_sql("SELECT count(*) FROM client_invoices").scalar_one()
    assert (before, again, count(house)) == (1, 1, 0)
    house.close()


def test_who_writes_comes_wholly_before_or_wholly_after(tmp_path: Path) -> None:
    house = open_house(tmp_path / "data")
    company = new_company(house)
    house.database.copy_to(tmp_path / "seed.db")
    is_over = threading.Event()
    failures: list[Exception] = []

    def write(writer: Company) -> None:
        while not is_over.is_set():
            try:
                writer.create(status="unpaid")
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=write, args=(company,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    seen: list[int] = []
    for _ in range(20):
        house.database.replace_by(tmp_path / "seed.db", lambda: seen.append(count(house)))
    is_over.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert seen == [0] * 20  # nobody wrote before what is done meanwhile was done
    with house.database.read() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    house.close()
