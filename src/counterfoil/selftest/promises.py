"""What the self-test keeps, in which order, and what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counterfoil.selftest import documents, keeping, writing
from counterfoil.selftest.ground import Broken, Check, Ground, clean_settings

# With the server, then without it: what copies its folder comes last.
SERVED: tuple[tuple[str, str, Check], ...] = (
    ("R4", "amounts agree everywhere", documents.agree),
    ("R9", "mail: no headers from texts, sent is sent", documents.mails),
    ("R2", "numbers are 1 to N in a crowd", writing.crowded),
    ("R3", "a repeated request has one effect", writing.delivered_again),
    ("R5", "organizations do not see each other", keeping.tenants),
    ("R14", "no secret lies in the clear", keeping.secrets),
    ("R15", "who may only read writes nothing", keeping.read_only),
)
ALONE: tuple[tuple[str, str, Check], ...] = (
    ("R1", "nothing told is lost by kill -9", writing.killed),
    ("R7", "hostile XML reads nothing", documents.hostile_xml),
    ("R8", "the renderer reaches nothing", documents.jailed),
    ("R10", "one invoice a period", writing.on_its_day),
    ("R11", "every edit is found", keeping.edits),
    ("R12", "a backup comes back whole", keeping.restored),
)


@dataclass(frozen=True)
class Outcome:
    """A promise, and whether it was kept; result: what was done, or what went wrong."""

    id: str
    promise: str
    is_kept: bool
    result: str
    seconds: float


def keep(folder: Path, seed: int, tell: Callable[[Outcome], object]) -> list[Outcome]:
    """Keeps all of them in an empty folder, and tells each as it is done; in the order of their numbers at the end."""
    outcomes: list[Outcome] = []

    def note(done: Outcome) -> None:
        outcomes.append(done)
        tell(done)

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # faults are made here on purpose: the house need not tell of each
    try:
        with clean_settings():
            _keep_all(Ground(folder, seed), note)
    finally:
        logging.disable(before)
    return sorted(outcomes, key=lambda done: int(done.id[1:]))


def _keep_all(ground: Ground, note: Callable[[Outcome], object]) -> None:
    try:
        ground.start()
        for promise in SERVED:
            note(_kept(ground, *promise))
    finally:
        ground.stop()
    for promise in ALONE:
        note(_kept(ground, *promise))


def _kept(ground: Ground, id: str, promise: str, check: Check) -> Outcome:
    started = time.monotonic()
    try:
        result, is_kept = check(ground), True
    except Broken as broken:
        result, is_kept = str(broken), False
    except Exception as error:  # a bug of the self-test or of the house: either way the promise was not shown
        result, is_kept = f"{type(error).__name__}: {error}", False
    return Outcome(id, promise, is_kept, result, time.monotonic() - started)
