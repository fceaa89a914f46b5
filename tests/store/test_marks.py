"""A directory is a sandbox or holds real data, and says so in two ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from counterfoil.app import DATABASE_FILE, House
from counterfoil.settings import Settings
from counterfoil.store import marks
from counterfoil.store.marks import WrongDirectory
from tests.support.houses import new_company, open_house

pytestmark = pytest.mark.sqlite


def test_an_empty_or_missing_directory_can_become_either(tmp_path: Path) -> None:
    for data in (tmp_path, tmp_path / "missing"):
        marks.refuse(data, DATABASE_FILE)
        marks.claim(data, DATABASE_FILE)
        assert marks.is_sandbox(data, DATABASE_FILE)
        marks.claim(data, DATABASE_FILE)
        with pytest.raises(WrongDirectory):
            marks.refuse(data, DATABASE_FILE)


def test_a_database_without_organizations_is_no_real_data(tmp_path: Path) -> None:
    open_house(tmp_path / "data").close()
    marks.claim(tmp_path / "data", DATABASE_FILE)


def test_an_organization_makes_it_real(tmp_path: Path) -> None:
    house = open_house(tmp_path / "data")
    new_company(house)
    house.close()
    with pytest.raises(WrongDirectory, match="real data"):
        marks.claim(tmp_path / "data", DATABASE_FILE)
    assert not marks.is_sandbox(tmp_path / "data", DATABASE_FILE)


@pytest.mark.parametrize("kept", ["row", "file", "both"])
def test_each_mark_alone_is_enough_to_keep_a_server_away(tmp_path: Path, kept: str) -> None:
    data = tmp_path / "data"
    house = open_house(data)
    if kept != "file":
        with house.database.write() as conn:
            marks.mark(conn)
    if kept != "row":
        marks.claim(data, DATABASE_FILE)
    house.close()
    with pytest.raises(WrongDirectory, match="sandbox"):
        House(Settings(data=data), is_server=True)
    # commands beside it go on: they work on what is served
    House(Settings(data=data)).close()
