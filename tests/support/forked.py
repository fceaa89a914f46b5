"""`counterfoil` started as users start it, without the second that its imports take: forked off a process with them.

One such process a test worker, begun with the first command. What is forked is a process like any other: it has its own
arguments, environment, streams and signals, and can be killed. tests/rest/test_server.py starts the real command.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import IO

from tests.support.forking import LONGEST

ROOT = Path(__file__).parents[2]


class Forked:
    """A running command, with what tests use of subprocess.Popen."""

    def __init__(self, args: Sequence[str], pid: int, told: int) -> None:
        self.args = list(args)
        self.pid = pid
        self.returncode: int | None = None
        self._told = told
        self._guard = threading.Lock()

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        found = self._look(timeout)
        if found is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return found

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _look(self, timeout: float | None) -> int | None:
        # Others may wait at the same time: each looks by itself, and one of them reads.
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            with self._guard:
                if self.returncode is None:
                    told = os.read(self._told, 4)
                    # Nothing is told when the process that forks is gone, and all its commands with it.
                    self.returncode = struct.unpack("i", told)[0] if told else -int(signal.SIGKILL)
        return self.returncode

    def __del__(self) -> None:
        os.close(self._told)


def start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    stdout: IO[bytes] | int,
    stderr: IO[bytes] | int,
    stdin: IO[bytes] | int | None = None,
    cwd: str | Path | None = None,
) -> Forked:
    """Starts `counterfoil` with these arguments, its name first."""
    ended, told = os.pipe()
    nothing = os.open(os.devnull, os.O_RDONLY) if stdin is None else None
    given = (nothing if stdin is None else stdin, stdout, stderr)
    files = [each if isinstance(each, int) else each.fileno() for each in given if each is not None]
    message = json.dumps({"argv": list(argv), "env": dict(env), "cwd": str(cwd or Path.cwd())}).encode()
    assert len(message) < LONGEST
    line, guard = _line()
    with guard:
        socket.send_fds(line, [message], [*files, told])
        (pid,) = struct.unpack("i", line.recv(4))
    os.close(told)
    if nothing is not None:
        os.close(nothing)
    return Forked(argv, pid, ended)


def run(
    argv: Sequence[str], *, env: Mapping[str, str], timeout: float = 60, said: str = "", cwd: str | Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end, as subprocess.run does with captured text. Raises TimeoutExpired."""
    import tempfile

    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(said.encode())
        given.seek(0)
        forked = start(argv, env=env, stdin=given, stdout=out, stderr=err, cwd=cwd)
        try:
            code = forked.wait(timeout)
        except subprocess.TimeoutExpired:
            forked.kill()
            raise
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(list(argv), code, *texts)


@cache
def _line() -> tuple[socket.socket, threading.Lock]:
    """The line to the process that forks, and what keeps threads from speaking at once."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    subprocess.Popen(
        [sys.executable, "-m", "tests.support.forking", str(theirs.fileno())],
        pass_fds=[theirs.fileno()], cwd=ROOT, env=clean,
    )  # fmt: skip
    theirs.close()
    return ours, threading.Lock()
