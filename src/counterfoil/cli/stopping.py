"""How serve and worker end: the first signal lets them finish what they have at hand, the second ends them at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from socket import socket

    from counterfoil.house import House


class Server(uvicorn.Server):
    """Tells the house that it ends before connections are closed, so that /readyz says so and no job is taken up.

    announce: called once connections are taken.
    """

    def __init__(self, config: uvicorn.Config, house: House, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._house = house
        self._announce = announce

    async def startup(self, sockets: list[socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._announce()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # Nothing here may wait for a lock that the interrupted line holds. uvicorn's own would raise the signal again
        # at its end, and the process would die of it before its house is closed.
        if self.should_exit:
            end_now(sig)
        self._house.is_stopping = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._house.begin_stop()
        await super().shutdown(sockets)


def end_now(sig: int) -> None:
    """Ends the process where it stands. What it held comes back as if it was killed: nothing is lost."""
    os._exit(128 + sig)


class Signals:
    """SIGINT and SIGTERM from now on: `wait` ends with the first, and the second ends the process at once."""

    def __init__(self) -> None:
        # A pipe and no Event: a handler must not wait for a lock that the interrupted line holds.
        self._reading, self._writing = os.pipe()
        self._is_told = False
        for sig in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self._handle)

    def wait(self) -> None:
        """Waits for the first of them; not at all when it came already."""
        os.read(self._reading, 1)

    def _handle(self, sig: int, _frame: FrameType | None) -> None:
        if self._is_told:
            end_now(sig)
        self._is_told = True
        os.write(self._writing, b"!")
