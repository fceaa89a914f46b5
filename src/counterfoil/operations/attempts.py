"""What anybody may try without being known, a few times a while: counted for all servers of a database together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.ports.clock import timestamp
from counterfoil.store import attempts
from counterfoil.store.engine import Connection

# Longer than every bound below.
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bound:
    """So many times in so long, from the first of them on. name: of what is tried."""

    name: str
    most: int
    span: timedelta


# Wrong passwords for one address from one place.
SIGN_INS = Bound("signin", 10, timedelta(minutes=15))
# Of one place: a program registers once, and people install a few a day.
REGISTRATIONS = Bound("oauth_registration", 30, timedelta(hours=1))


def begin(conn: Connection, now: datetime, bound: Bound, *who: str) -> int:
    """Count one more try; whole seconds to wait, 0 when it may go on."""
    counted = attempts.count(
        conn, attempts.key_of(bound.name, *who),
        now=timestamp(now), oldest=timestamp(now - bound.span), newest=timestamp(now + bound.span),
    )  # fmt: skip
    if counted.times <= bound.most:
        return 0
    return max(1, math.ceil((datetime.fromisoformat(counted.since) + bound.span - now).total_seconds()))


def forget(conn: Connection, bound: Bound, *who: str) -> None:
    """Begin anew: it went well."""
    attempts.forget(conn, attempts.key_of(bound.name, *who))
