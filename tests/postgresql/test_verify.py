"""verify on PostgreSQL: the same findings as on SQLite."""

from __future__ import annotations

from pathlib import Path

from counterfoil.app import House
from counterfoil.operations import verification
from counterfoil.operations.verification import Report
from counterfoil.settings import Settings
from tests.support.houses import SteppingClock
from tests.support.postgres import Postgres
from tests.support.sealed import said, sealed_company


def verified(house: House) -> Report:
    with house.database.read(is_patient=True) as conn:
        return verification.verify(conn, house.blobs.get)


def test_edits_are_found_and_named(postgresql: Postgres, tmp_path: Path) -> None:
    url, clock = postgresql.new_database(), SteppingClock()
    house = House(Settings(data=tmp_path / "data", database_url=url), clock=clock)
    try:
        sealed_company(house, clock, tmp_path / "mail")
        assert verified(house).findings == ()
        with postgresql.connect(url) as conn:
            for table in ("client_invoices", "journal"):
                conn.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            conn.execute("UPDATE client_invoices SET total_amount_cents = 1 WHERE number = 'F-2026-002'")
            conn.execute("DELETE FROM journal WHERE position = 4")
            conn.commit()
        found = said(verified(house))
    finally:
        house.close()
    assert "F-2026-002: altered" in found
    assert "journal entry 4: missing" in found
    assert "journal_kept: this guard" in found
