"""A database that is away, as the threads of jobs meet it: told once, waited for, told again when it is back."""

from __future__ import annotations

import logging
import threading
import time

from counterfoil.errors import BillingError

log = logging.getLogger("counterfoil.jobs")
SHORTEST_SECONDS, LONGEST_SECONDS = 0.5, 5.0


class Outage:
    """Shared by all threads of a process that ask the same database."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._since: float | None = None

    def failed(self, error: Exception) -> float:
        """Notes that it could not be reached; how many seconds to leave it alone."""
        with self._guard:
            is_new = self._since is None
            self._since = time.monotonic() if self._since is None else self._since
            lasted = time.monotonic() - self._since
        if is_new:
            known = isinstance(error, BillingError)
            log.error("jobs wait, and go on by themselves: %s", error, exc_info=None if known else error)
        return min(max(SHORTEST_SECONDS, lasted / 4), LONGEST_SECONDS)

    def over(self) -> None:
        """Notes that it could be reached."""
        if self._since is None:
            return
        with self._guard:
            since, self._since = self._since, None
        if since is not None:
            log.warning("jobs go on after %.0f s", time.monotonic() - since)
