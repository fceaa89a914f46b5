"""/mcp over HTTP against the SDK's low-level server and fastmcp with tools that do nothing, and starting over stdio.

All three servers run at once; one raw load generator asks them in turns. Ours looks its caller up, checks arguments,
reads a real invoice of three lines through its REST API, and answers with what to do next; the others add two numbers.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import dataset
from bench.client import Client
from bench.crowd import Crowd
from bench.measure import Result, Step, interleaved, rate_result, time_result
from bench.processes import COUNTERFOIL, ROOT, counterfoil, environment, module

REVISION = "2026-07-28"
FASTMCP_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
FASTMCP_TOOLS = 40
ROUNDS, CALLS = 7, 200
AT_ONCE = 16
# What `counterfoil mcp` itself cannot do without, as its own modules import it.
LIBRARIES = "mcp.server, mcp.server.stdio, fastapi, sqlalchemy, pydantic_settings, httpx, cryptography.fernet, typer"
_META = {
    "io.modelcontextprotocol/protocolVersion": REVISION,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
}


def calls(work: Path) -> list[Result]:
    """Rates of tools/call at one client and at sixteen, and 200 calls at once."""
    data = dataset.make(work / "mcp")
    ours = called("get_client_invoice", {"id": data.ids(1)[0]}, data.key)
    theirs = called("add", {"a": 1, "b": 2})
    with counterfoil(data.data) as (port, _), module("bench.mcp_lowlevel") as low, fastmcp() as fast:
        sides = [(port, ours), (low, theirs), (fast, theirs)]
        _check(sides)
        mine, plain, framework = interleaved([_alone(*side) for side in sides], rounds=ROUNDS, count=CALLS)
        with _crowds(sides, AT_ONCE) as crowds:
            steps: list[Step] = [lambda _number, crowd=crowd: crowd.ask(CALLS) for crowd in crowds]
            mine16, plain16, framework16 = (taken / CALLS for taken in interleaved(steps, rounds=ROUNDS, count=1))
        finished = _all_at_once(port, ours)
    return [
        rate_result("tools/call, one client, against the SDK's low-level server", mine, plain, 0.35),
        rate_result(f"tools/call, {AT_ONCE} clients, against the same", mine16, plain16, 0.2),
        rate_result(f"tools/call, one client, against fastmcp with {FASTMCP_TOOLS} tools", mine, framework, 2),
        rate_result(f"tools/call, {AT_ONCE} clients, against the same", mine16, framework16, 2),
        Result("200 calls at once that are answered", finished, 200, True, "calls", "each with its invoice"),
    ]


def stdio(work: Path) -> list[Result]:
    """Time from the start of `counterfoil mcp` to its first answer."""
    data = dataset.make(work / "mcp-stdio")
    question = json.dumps(_message("tools/list", {})).encode() + b"\n"

    def answered(_number: int) -> None:
        command = [str(COUNTERFOIL), "mcp", "--data", str(data.data)]
        with subprocess.Popen(command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdin
            assert process.stdout
            process.stdin.write(question)
            process.stdin.flush()
            assert b'"tools"' in process.stdout.readline()
            process.kill()

    def imported(_number: int) -> None:
        subprocess.run([sys.executable, "-c", f"import {LIBRARIES}"], env=environment(), check=True)

    mine, plain = interleaved([answered, imported], rounds=ROUNDS, count=1)
    return [time_result("stdio: from start to the first answer", mine, plain, 2)]


def called(tool: str, arguments: dict[str, Any], key: str = "") -> bytes:
    """A whole HTTP request of tools/call."""
    content = json.dumps(_message("tools/call", {"name": tool, "arguments": arguments})).encode()
    lines = [
        "POST /mcp HTTP/1.1", "Host: 127.0.0.1:80", "Content-Type: application/json",
        "Accept: application/json, text/event-stream", f"MCP-Protocol-Version: {REVISION}", "Mcp-Method: tools/call",
        f"Mcp-Name: {tool}", f"Content-Length: {len(content)}", *([f"Authorization: {key}"] if key else []),
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


@contextlib.contextmanager
def fastmcp() -> Iterator[int]:
    """fastmcp's server: its port. Raises RuntimeError when `make bench` did not set it up."""
    if not FASTMCP_PYTHON.exists():
        raise RuntimeError("there is no .venv-bench: `make .venv-bench/.ok` sets it up")
    with module("bench.mcp_fastmcp", str(FASTMCP_TOOLS), python=FASTMCP_PYTHON) as port:
        yield port


def _message(method: str, params: dict[str, Any]) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": _META}}


def _alone(port: int, sent: bytes) -> Step:
    client = Client(port)

    def step(_number: int) -> None:
        status, _ = client.send(sent)
        assert status == 200

    return step


@contextlib.contextmanager
def _crowds(sides: list[tuple[int, bytes]], size: int) -> Iterator[list[Crowd]]:
    crowds = [Crowd(port, sent, size) for port, sent in sides]
    yield crowds
    for crowd in crowds:
        crowd.close()


def _check(sides: list[tuple[int, bytes]]) -> None:
    """Every side answers what was asked, or the comparison says nothing."""
    for port, sent in sides:
        client = Client(port)
        status, answer = client.send(sent)
        client.close()
        result = json.loads(answer)["result"]
        assert (status, result.get("isError", False)) == (200, False), answer
        assert result["structuredContent"]


def _all_at_once(port: int, sent: bytes) -> int:
    crowd = Crowd(port, sent, 200)
    answers = crowd.ask(200)
    crowd.close()
    whole = [json.loads(answer.partition(b"\r\n\r\n")[2])["result"] for answer in answers]
    return sum(not result.get("isError", False) and "client_invoice" in result["structuredContent"] for result in whole)
