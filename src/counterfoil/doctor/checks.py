"""What a check is: a name, how it went, one line, and the next thing to type."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from counterfoil.errors import BillingError

Status = Literal["ok", "warn", "fail", "skip"]
# How the worst of them ends the command; what was left out says nothing.
EXIT_CODES: dict[Status, int] = {"ok": 0, "skip": 0, "warn": 1, "fail": 2}


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at and found. next: what to type or do, "" for nothing."""

    name: str
    status: Status
    message: str
    next: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A check that is still to be made. seconds: after so long it counts as failed, whatever it waits for."""

    name: str
    make: Callable[[], Check | Iterable[Check]]
    seconds: float = 15.0


def ok(name: str, message: str) -> Check:
    return Check(name, "ok", message)


def warn(name: str, message: str, next: str) -> Check:
    return Check(name, "warn", message, next)


def fail(name: str, message: str, next: str) -> Check:
    return Check(name, "fail", message, next)


def skip(name: str, message: str, next: str = "") -> Check:
    return Check(name, "skip", message, next)


def made(checks: Iterable[Named]) -> Iterator[Check]:
    """Each check's findings, in order. One that breaks or hangs is a finding of its own and stops no other."""
    for check in checks:
        yield from _made(check)


def worst(checks: Iterable[Check]) -> Status:
    """How it is on the whole."""
    return max((each.status for each in checks), key=lambda status: EXIT_CODES[status], default="ok")


def _made(check: Named) -> list[Check]:
    found: list[Check] = []

    def look() -> None:
        try:
            given = check.make()
            found.extend([given] if isinstance(given, Check) else given)
        except BillingError as error:
            fault = error.faults[0]
            found.append(fail(check.name, fault.message, fault.fix or ""))
        except Exception as error:  # a check that breaks must not hide what the others find
            found.append(fail(check.name, f"it could not be looked at: {type(error).__name__}: {error}", ""))

    thread = threading.Thread(target=look, name=f"doctor-{check.name}", daemon=True)
    thread.start()
    thread.join(check.seconds)
    if thread.is_alive():
        return [fail(check.name, f"no answer within {check.seconds:g} s", "")]
    return found
