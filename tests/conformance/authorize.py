"""The conformance suite's `authorization` mode against our own server: it asks for an authorization, and a person
who is signed in allows it in its stead, over HTTP.

By hand: python -m tests.conformance.authorize NODE .../conformance/dist/index.js
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.support.oauth import Site, decided, site
from tests.support.server import free_port

SECONDS = 60


def run(node: Sequence[str], suite: str, data: Path, *options: str) -> tuple[int, str]:
    """The suite's exit code, and all that it said. node: the command, such as ["node"]; suite: its index.js."""
    with site(data) as running:
        port = free_port()
        client, _ = running.client(f"http://127.0.0.1:{port}/callback", is_public=True, name="Conformance")
        command = [
            *node, suite, "authorization", "--url", running.url, "--client-id", client.client_id,
            "--resource", f"{running.url}/mcp", "-p", str(port), *options,
        ]  # fmt: skip
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            try:
                said = _answered(running, process)
            finally:
                process.kill()
        return process.returncode, said


def _answered(running: Site, process: subprocess.Popen[str]) -> str:
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith(f"{running.url}/oauth2/auth?"):
            answer = decided(running.person(), line.strip().removeprefix(running.url))
            httpx.get(answer.headers["location"], timeout=SECONDS, trust_env=False).raise_for_status()
    process.wait(SECONDS)
    return "".join(said)


def main() -> int:
    """Runs it as it is called, and shows what it said."""
    with tempfile.TemporaryDirectory() as data:
        code, said = run(sys.argv[1:-1], sys.argv[-1], Path(data) / "data")
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
