"""What this process holds of the queue: renewed while it runs, given back when it does not."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import uuid4

from counterfoil.operations.work import Works
from counterfoil.ports.clock import timestamp
from counterfoil.store import queue
from counterfoil.store.rows import JobRow

# A killed process's jobs are another's after this; a pause of the whole process may be as long without harm.
HOLD = timedelta(seconds=45)
BEAT_SECONDS = 10
# Who gives back what is still at work, because it must end, ends within this.
LAST_BREATH = timedelta(seconds=5)


class Leases:
    """Names of jobs that are held, under one name for the process. What the database could not be told waits."""

    def __init__(self) -> None:
        self.holder = str(uuid4())
        self._guard = threading.Lock()
        self._held: set[str] = set()
        self._given_back: set[str] = set()

    def took(self, rows: Sequence[JobRow]) -> list[JobRow]:
        """Notes what was claimed; answers those that this process does not run already, after its lease ran out."""
        with self._guard:
            new = [row for row in rows if row.id not in self._held]
            self._held.update(row.id for row in new)
            self._given_back.difference_update(row.id for row in new)
        return new

    def give_back(self, works: Works, ids: Iterable[str]) -> None:
        """Lets others have them, unless they are done. Raises what the database raises, and `beat` tries again."""
        with self._guard:
            mine = self._held.intersection(ids)
            self._held -= mine
            self._given_back |= mine
        self._tell(works, mine)

    def beat(self, works: Works) -> None:
        """Renews what is held."""
        with self._guard:
            held, late = set(self._held), set(self._given_back)
        if held:
            with works.database.write() as conn:
                queue.renew(conn, timestamp(works.clock.now()), holder=self.holder, ids=held, hold=HOLD)
        self._tell(works, late)

    def let_go(self, works: Works) -> int:
        """Gives back all that is held, as the process ends; how many there were."""
        with self._guard:
            held = self._held | self._given_back
            self._held, self._given_back = set(), set()
        if held:
            run_at = timestamp(works.clock.now() + LAST_BREATH)
            with works.database.write() as conn:
                queue.release(conn, holder=self.holder, ids=held, run_at=run_at)
        return len(held)

    def _tell(self, works: Works, ids: set[str]) -> None:
        if not ids:
            return
        with works.database.write() as conn:
            queue.release(conn, holder=self.holder, ids=ids)
        with self._guard:
            self._given_back -= ids


class Heart:
    """A thread that renews leases until it is stopped."""

    def __init__(self, works: Works, leases: Leases) -> None:
        self._works = works
        self._leases = leases
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="counterfoil-leases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def _run(self) -> None:
        pause: float = BEAT_SECONDS
        while not self._stopping.wait(pause):
            try:
                self._leases.beat(self._works)
                pause = BEAT_SECONDS
            except Exception:  # whatever it is, the next beat is near; the runners tell of a database that is away
                pause = 1
