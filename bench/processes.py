"""The two sides as real processes on loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

COUNTERFOIL = Path(sys.executable).parent / "counterfoil"
ROOT = Path(__file__).parents[1]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def counterfoil(data: Path, *options: str) -> Iterator[tuple[int, psutil.Process]]:
    """`counterfoil serve` on `data`: its port and its process. Stopped when the block ends."""
    port = free_port()
    with _running([str(COUNTERFOIL), "serve", "--data", str(data), "--port", str(port), *options], port) as process:
        yield port, psutil.Process(process.pid)


@contextlib.contextmanager
def baseline(data: Path) -> Iterator[int]:
    """The FastAPI application of bench.baseline on the same kind of database: its port."""
    port = free_port()
    with _running([sys.executable, "-m", "bench.baseline", str(data / "counterfoil.db"), str(port)], port):
        yield port


@contextlib.contextmanager
def module(name: str, *arguments: str, python: str | Path = sys.executable) -> Iterator[int]:
    """`python -m name PORT arguments…`: its port. Stopped when the block ends."""
    port = free_port()
    with _running([str(python), "-m", name, str(port), *arguments], port):
        yield port


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL)
    try:
        wait_for_port(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()


def environment() -> dict[str, str]:
    """Ours without settings of Counterfoil, which would change what is measured. No side logs its requests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COUNTERFOIL_")}
    return {**kept, "COUNTERFOIL_LOG_LEVEL": "warning"}


def wait_for_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Returns once something listens on `port`. Raises RuntimeError when the process ends first."""
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.005)
        else:
            return


def memory_mb(process: psutil.Process) -> float:
    """Resident memory of one process in MB, without its children."""
    return float(process.memory_info().rss) / 1e6
