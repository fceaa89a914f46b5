"""Many processes that do the same, quickly begun and killed: forked off one that has imported what they need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Each fork runs `main` of the module, with the arguments, and what it prints to its standard output goes to `told`.
_SERVER = """
import importlib, os, signal, sys
module = importlib.import_module(sys.argv[1])
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
told = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND)
for _ in sys.stdin:
    pid = os.fork()
    if pid == 0:
        os.dup2(told, 1)
        module.main(*sys.argv[3:])
    print(pid, flush=True)
"""


@dataclass
class Forks:
    """The processes. told: the file of what they say."""

    told: Path
    server: subprocess.Popen[str]
    running: list[int]

    def start(self) -> None:
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write("fork\n")
        self.server.stdin.flush()
        self.running.append(int(self.server.stdout.readline()))

    def kill(self, pid: int) -> None:
        self.running.remove(pid)
        os.kill(pid, signal.SIGKILL)

    def count(self, word: str) -> int:
        """How often they said it, in all."""
        return self.told.read_text().count(word)

    def wait_for(self, word: str, times: int) -> None:
        """Until they said it so often: on a busy machine a process is else killed before it begins."""
        until = time.monotonic() + 60
        while self.count(word) < times and time.monotonic() < until:
            time.sleep(0.01)


@contextmanager
def forks(module: str, directory: Path, *arguments: object) -> Iterator[Forks]:
    """Forks of `module`.main(*arguments); none runs yet, and all are killed when the block ends."""
    told = directory / "told"
    told.touch()
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVER, module, str(told), *map(str, arguments)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    made = Forks(told, server, [])
    try:
        yield made
    finally:
        for pid in list(made.running):
            made.kill(pid)
        server.kill()
        server.wait()
