"""Starting: from `counterfoil serve` to the first 200 of /readyz, against importing FastAPI and SQLAlchemy."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from bench import dataset
from bench.client import Client, request
from bench.measure import Result, interleaved, time_result
from bench.processes import COUNTERFOIL, environment, free_port, wait_for_port

ROUNDS = 9
_READY = request("GET", "/readyz")


def ready(work: Path) -> list[Result]:
    """Time until ready, on a data directory that is there already."""
    data = dataset.make(work / "startup")
    command = [str(COUNTERFOIL), "serve", "--data", str(data.data), "--port"]
    importing = [sys.executable, "-c", "import fastapi, sqlalchemy"]
    started: list[subprocess.Popen[bytes]] = []

    def serve(_number: int) -> None:
        port = free_port()
        process = subprocess.Popen([*command, str(port)], env=environment(), stdout=subprocess.DEVNULL)
        started.append(process)
        wait_for_port(process, port)
        client = Client(port)
        while client.send(_READY)[0] != 200:
            time.sleep(0.005)
        client.close()

    def import_both(_number: int) -> None:
        # Outside the time of `serve`: the server of the round before goes away here, before the clock that matters.
        subprocess.run(importing, env=environment(), check=True)

    def stop(_number: int) -> None:
        process = started.pop()
        process.terminate()
        process.wait(30)

    mine, _, plain = interleaved([serve, stop, import_both], rounds=ROUNDS, count=1)
    return [time_result("ready to serve", mine, plain, 2.5)]
