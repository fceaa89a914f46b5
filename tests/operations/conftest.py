from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from counterfoil.app import House
from tests.support.houses import Company, SteppingClock, new_company, open_house


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def house(tmp_path: Path, clock: SteppingClock) -> Iterator[House]:
    opened = open_house(tmp_path / "data", clock)
    yield opened
    opened.close()


@pytest.fixture
def company(house: House, clock: SteppingClock) -> Company:
    return new_company(house, clock=clock)
