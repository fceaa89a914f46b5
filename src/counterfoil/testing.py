"""For tests of programs that call the API: a sandbox that pytest starts once and puts back before each test.

In conftest.py: pytest_plugins = ["counterfoil.testing"]. A test asks for `counterfoil_sandbox`.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

START_SECONDS = 60


class Sandbox:
    """A running sandbox. url: of the server; api_url, api_key: what a client of the API is given."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.url: str = ready["url"]
        self.api_url: str = ready["api_url"]
        self.api_key: str = ready["api_key"]
        self.organizations: list[dict[str, Any]] = ready["organizations"]
        self._http = httpx.Client(base_url=self.url, timeout=130, trust_env=False)

    def reset(self) -> None:
        """Puts everything back to the start."""
        self._call("POST", "/reset")

    def state(self) -> dict[str, Any]:
        """What is here: organizations with their sample data, clock, faults, switches, jobs."""
        return self._call("GET", "")

    def set_clock(self, now: str, *, drain: bool = True) -> dict[str, Any]:
        """Sets the clock to an ISO 8601 time with offset; drain: waits for what is due then."""
        return self._call("PUT", "/clock", {"now": now, "drain": drain})

    def advance(self, *, drain: bool = True, **by: int) -> dict[str, Any]:
        """Sets the clock forward by days, hours, minutes, seconds; drain: waits for what is due then."""
        return self._call("POST", "/clock/advance", {**by, "drain": drain})

    def drain(self, timeout_seconds: int = 10) -> dict[str, Any]:
        """Waits until PDFs are made, mail and webhooks are out; says what was done."""
        return self._call("POST", "/drain", {"timeout_seconds": timeout_seconds})

    def fault(self, kind: str, path: str = "/v2/*", **more: Any) -> dict[str, Any]:
        """Lets the next request to `path` go wrong: kind is status, slow, timeout, cut or reset."""
        return self._call("POST", "/faults", {"kind": kind, "path": path, **more})

    def faithful(self, **switches: Any) -> dict[str, Any]:
        """Reproduces what the API that we follow does worse; everything=True for all of it."""
        return self._call("PUT", "/faithful", switches)

    def einvoicing(self, behaviour: str = "accept", **more: Any) -> dict[str, Any]:
        """Lets the simulated e-invoicing exchange accept, refuse, delay or lose what is submitted from now on."""
        return self._call("POST", "/einvoicing", {"behaviour": behaviour, **more})

    def emails(self) -> list[dict[str, Any]]:
        """The mail that was caught, oldest first."""
        return list(self._call("GET", "/emails")["emails"])

    def close(self) -> None:
        """Ends the connections to it, not the server."""
        self._http.close()

    def _call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        answer = self._http.request(method, f"/sandbox{path}", json=body)
        if not answer.is_success:
            raise RuntimeError(f"{method} /sandbox{path}: {answer.status_code} {answer.text}")
        return dict(answer.json())


@contextmanager
def running_sandbox(*options: str) -> Iterator[Sandbox]:
    """A sandbox on a free port, in a process of its own. options: more of `counterfoil serve`."""
    command = [sys.executable, "-m", "counterfoil.cli.main", "serve", "--sandbox", "--json", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # our own command
        try:
            sandbox = Sandbox(json.loads(_first_line(process)))
            yield sandbox
            sandbox.close()
        finally:
            process.terminate()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None  # noqa: S101  # a pipe was asked for
    is_told, _, _ = select.select([process.stdout], [], [], START_SECONDS)
    line = process.stdout.readline() if is_told else ""
    if not line:
        raise RuntimeError("the sandbox did not start; its errors are above")
    return line


@pytest.fixture(scope="session")
def counterfoil_server() -> Iterator[Sandbox]:
    """A sandbox for the whole run."""
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def counterfoil_sandbox(counterfoil_server: Sandbox) -> Sandbox:
    """The sandbox as it is at its start."""
    counterfoil_server.reset()
    return counterfoil_server
