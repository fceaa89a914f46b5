"""counterfoil approvals and counterfoil approve, as a person types them while a server runs."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from counterfoil.cli.main import main
from tests.support.approving import Person, approval_of, person_of, sent
from tests.support.server import COMMAND, Api, clean_environment


@pytest.fixture(scope="module")
def person(fr: Api) -> Iterator[Person]:
    found = person_of(fr)
    yield found
    found.house.close()


@pytest.fixture
def assistant(fr: Api, person: Person) -> Iterator[httpx.Client]:
    with fr.server.http(Authorization=f"Bearer {person.token('always')}") as http:
        yield http


class Command:
    """The command in this process: a new one takes a second to start."""

    def __init__(self, data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._data, self._monkeypatch, self._capsys = data, monkeypatch, capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Its exit code, and what it wrote to both."""
        self._monkeypatch.setattr("sys.argv", ["counterfoil", *arguments, "--data", self._data])
        with pytest.raises(SystemExit) as ended:
            main()
        written = self._capsys.readouterr()
        return int(ended.value.code or 0), written.out, written.err


@pytest.fixture
def command(fr: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    mask = os.umask(0o077)
    yield Command(str(fr.server.data), monkeypatch, capsys)
    os.umask(mask)


def waiting(fr: Api, assistant: httpx.Client) -> tuple[Any, dict[str, Any]]:
    client = fr.client(name="ACME \u202egpj.exe SAS")
    call = sent("POST", f"/client_invoices/{fr.draft(client_id=client['id'])['id']}/finalize")
    return call, approval_of(call.by(assistant))


def test_what_waits_is_listed_and_approved_beside_the_server(
    fr: Api, assistant: httpx.Client, command: Command
) -> None:
    call, waits = waiting(fr, assistant)
    listed = json.loads(command.run("approvals", "--json")[1])["approvals"]
    (found,) = [each for each in listed if each["id"] == waits["id"]]
    assert (found["state"], found["asked_by"]) == ("pending", "token:assistant")
    assert waits["id"] in command.run("approvals")[1]
    # JSON asks nobody, so it is no yes by itself.
    code, said, refused = command.run("approve", waits["id"], "--json")
    assert (code, said, "add --yes" in refused) == (1, "", True)
    assert call.by(assistant).status_code == 428
    code, said, _ = command.run("approve", waits["id"], "--yes")
    assert (code, "Approved until" in said) == (0, True)
    assert call.by(assistant).status_code == 200
    # Spent, and unknown: a plain sentence each.
    for approval_id, told in ((waits["id"], "This approval is spent already."), ("apr_x", "There is no approval")):
        code, said, refused = command.run("approve", approval_id, "--yes")
        assert (code, said, told in refused) == (1, "", True)


def test_it_is_declined(fr: Api, assistant: httpx.Client, command: Command) -> None:
    call, waits = waiting(fr, assistant)
    assert command.run("approve", waits["id"], "--decline", "--yes")[0] == 0
    assert approval_of(call.by(assistant))["state"] == "declined"


def test_it_asks_at_a_terminal_and_nowhere_else(fr: Api, assistant: httpx.Client, command: Command) -> None:
    call, waits = waiting(fr, assistant)
    code, _, refused = command.run("approve", waits["id"])
    assert (code, "add --yes" in refused) == (1, True)
    typed = [COMMAND, "approve", waits["id"], "--data", str(fr.server.data)]
    assert _typed(typed, "n\n")[0] == 1
    assert call.by(assistant).status_code == 428
    code, shown = _typed(typed, "y\n")
    assert (code, "120.00 EUR with VAT" in shown, "\u202e" in shown) == (0, True, False)
    assert call.by(assistant).status_code == 200


def _typed(command: list[str], text: str) -> tuple[int, str]:
    """Runs a command at a terminal of its own, and types."""
    own, theirs = pty.openpty()
    try:
        with subprocess.Popen(
            command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment()
        ) as process:
            os.write(own, text.encode())
            out, _ = process.communicate(timeout=60)
            return process.returncode, out
    finally:
        os.close(own)
        os.close(theirs)
