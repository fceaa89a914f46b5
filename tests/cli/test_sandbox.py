"""serve --sandbox as a tool starts it, and the wall between its directory and one with real data."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from counterfoil.cli.sandbox import is_of_this_machine
from counterfoil.testing import Sandbox
from tests.support.server import COMMAND, clean_environment, command, expect, free_port

IBAN = "FR1420041010050500013M02606"


@contextmanager
def sandbox(*options: str, **environment: str) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    """What a starting sandbox says in JSON, and its process, which is ended as a service manager does."""
    typed = [COMMAND, "serve", "--sandbox", "--json", "--port", "0", *options]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, text=True, env=clean_environment(**environment)) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline()), process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments, **environment)


def init(data: Path) -> subprocess.CompletedProcess[str]:
    return run("init", "--data", str(data), "--country", "FR", "--legal-name", "Jean Test", "--iban", IBAN, "--json")


def everything(ready: dict[str, Any]) -> dict[str, Any]:
    """What the API shows of the French organization."""
    lists = ("clients", "products", "client_invoices", "credit_notes", "quotes", "supplier_invoices")
    headers = {"Authorization": ready["api_key"]}
    with httpx.Client(base_url=ready["api_url"], headers=headers, trust_env=False) as api:
        shown = {name: expect(api.get(f"/{name}"), 200) for name in lists}
    without_port: dict[str, Any] = json.loads(json.dumps(shown).replace(ready["url"], "http://sandbox"))
    return without_port


def test_a_directory_is_emptied_at_each_start_and_filled_with_the_same(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with sandbox("--data", str(data)) as (ready, _):
        first = everything(ready)
        headers = {"Authorization": ready["api_key"]}
        body = {"kind": "company", "name": "Neu"}
        expect(httpx.post(f"{ready['api_url']}/clients", json=body, headers=headers, trust_env=False), 200)
        # an organization of one's own can be added while it runs, and is sample data too
        own = json.loads(init(data).stdout)
        mine = httpx.get(f"{ready['api_url']}/organization", headers={"Authorization": own["api_key"]}, trust_env=False)
        assert expect(mine, 200)["organization"]["is_specimen"] is True
    assert (data / "SANDBOX").exists()
    # then nobody takes it for real
    for refused in (run("serve", "--data", str(data)), run("demo", "--data", str(data), "--no-open")):
        assert refused.returncode == 1
        assert "is a sandbox" in refused.stderr
    # and neither does the row in the database let it pass, when the file is gone
    (data / "SANDBOX").unlink()
    assert run("serve", "--data", str(data)).returncode == 1
    # when it starts again, then it is as it was
    with sandbox("--data", str(data)) as (ready, _):
        assert everything(ready) == first


def test_real_data_is_refused_and_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert init(data).returncode == 0
    refused = run("serve", "--sandbox", "--data", str(data), "--port", "0")
    assert refused.returncode == 1
    assert "real data" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (data / "SANDBOX").exists()
    with closing(sqlite3.connect(data / "counterfoil.db")) as sql:
        assert sql.execute("SELECT count(*) FROM organizations").fetchone() == (1,)
    # a mark that was copied there makes no sandbox of it
    (data / "SANDBOX").touch()
    assert run("serve", "--sandbox", "--data", str(data), "--port", "0").returncode == 1


def test_without_a_directory_it_leaves_nothing_behind_and_the_environment_does_not_matter(tmp_path: Path) -> None:
    environment = {
        "COUNTERFOIL_PUBLIC_URL": "https://billing.example", "COUNTERFOIL_SMTP_URL": "smtp://mail.example",
        "COUNTERFOIL_DATABASE_URL": "postgresql://db.example/real", "COUNTERFOIL_BLOBS_URL": "file:///nowhere",
        "TMPDIR": str(tmp_path),
    }  # fmt: skip
    with sandbox(**environment) as (ready, process):
        data = Path(ready["data"])
        assert data.is_relative_to(tmp_path)
        assert (data / "counterfoil.db").exists()
        assert ready["url"].startswith("http://127.0.0.1:")
        with httpx.Client(headers={"Authorization": ready["api_key"]}, trust_env=False) as api:
            invoice = api.get(f"{ready['api_url']}/client_invoices").json()["client_invoices"][1]
            assert invoice["invoice_url"].startswith(ready["url"])
            # webhooks may go to this machine
            hook = {"callback_url": f"{ready['url']}/healthz", "types": ["v1/clients"]}
            assert api.post(f"{ready['api_url']}/webhook_subscriptions", json=hook).status_code == 201
        assert {each["login"] for each in ready["organizations"]} == {f"sandbox-{c}" for c in ("fr", "de", "it", "es")}
    assert process.returncode == 0
    assert not data.exists()


def test_a_port_that_is_taken_is_told_in_one_line(counterfoil_server: Sandbox) -> None:
    refused = run("serve", "--sandbox", "--port", counterfoil_server.url.rpartition(":")[2])
    assert refused.returncode == 1
    assert "in use" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("host", "is_own"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("10.0.0.5", False),
     ("counterfoil", False)],
)  # fmt: skip
def test_who_else_can_reach_it_follows_from_where_it_listens(host: str, is_own: bool) -> None:
    assert is_of_this_machine(host) is is_own


def test_serve_says_in_json_that_it_is_ready(tmp_path: Path) -> None:
    port = free_port()
    typed = [COMMAND, "serve", "--data", str(tmp_path), "--port", str(port), "--no-jobs", "--json"]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        process.terminate()
    assert ready["api_url"] == f"http://127.0.0.1:{port}/v2"
