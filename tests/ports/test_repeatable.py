"""A clock that can be set, and ids that come out the same in every run."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone

from counterfoil.ports.clock import SettableClock
from counterfoil.ports.ids import secret, seeded, uuid7

START = datetime(2027, 4, 12, 8, 0, tzinfo=UTC)


def test_the_clock_goes_on_from_where_it_was_set() -> None:
    clock = SettableClock(START)
    first = clock.now()
    time.sleep(0.02)
    assert START <= first < first + timedelta(milliseconds=15) < clock.now() < START + timedelta(minutes=1)
    elsewhere = datetime(2030, 1, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    clock.set(elsewhere)
    assert elsewhere <= clock.now() < elsewhere + timedelta(minutes=1)
    assert clock.now().tzinfo is UTC
    assert clock.start == START


def test_while_it_steps_it_is_the_same_in_every_run() -> None:
    seen = []
    for _ in range(2):
        clock = SettableClock(START)
        with clock.stepping():
            seen.append([clock.now() for _ in range(3)])
    assert seen[0] == seen[1] == [START + timedelta(milliseconds=n) for n in (1, 2, 3)]


def test_a_seed_gives_the_same_ids_and_secrets_and_nothing_after_it() -> None:
    def drawn(seed: str) -> list[str]:
        with seeded(seed):
            return [uuid7(START), secret(), uuid7(START), secret()]

    first = drawn("a")
    assert first == drawn("a") != drawn("b")
    assert len(set(first)) == 4
    assert [len(each) for each in first] == [36, 43, 36, 43]
    assert uuid7(START) != uuid7(START) not in first
    assert secret() not in first
