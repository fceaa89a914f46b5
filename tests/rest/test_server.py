"""One server a directory, and commands beside it."""

from __future__ import annotations

import http.client
import json
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import (
    COMMAND,
    Api,
    Organization,
    Server,
    clean_environment,
    command,
    expect,
    free_port,
    make_organization,
    start_server,
)  # fmt: skip

IBAN = "FR7630006000011234567890189"


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=clean_environment(**environment),
    )


@pytest.mark.sqlite
def test_a_second_server_on_the_same_data_is_refused(server: Server) -> None:
    refused = run("serve", "--data", str(server.data), "--port", str(free_port()))
    assert refused.returncode == 1
    assert str(server.data) in refused.stderr
    assert "PostgreSQL" in refused.stderr
    with server.http() as http:
        assert http.get("/readyz").status_code == 200


@pytest.mark.sqlite
def test_init_and_token_work_while_a_server_runs(server: Server) -> None:
    made = run("init", "--data", str(server.data), "--country", "DE", "--legal-name", "Neu GmbH", "--iban",
               "DE89370400440532013000", "--json")  # fmt: skip
    assert made.returncode == 0, made.stderr
    shown: dict[str, Any] = json.loads(made.stdout)
    assert {"organization_id", "slug", "api_key"} <= set(shown)
    organization = Organization(
        shown["organization_id"], shown["slug"], shown["api_key"], "DE", "DE89370400440532013000", "Neu GmbH"
    )
    api = Api(server, organization)
    assert expect(api.get("/organization"), 200)["organization"]["legal_name"] == "Neu GmbH"
    token = run("token", "create", "--data", str(server.data), "--organization", shown["slug"], "--scope",
                "client.read", "--json")  # fmt: skip
    assert token.returncode == 0, token.stderr
    with server.http(Authorization=f"Bearer {json.loads(token.stdout)['token']}") as http:
        assert http.get("/v2/clients").status_code == 200
        assert http.get("/v2/organization").status_code == 403


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--country", "FR", "--legal-name", "X", "--iban", "FR7630006000011234567890188"), "check digits"),
        (("--country", "FRA", "--legal-name", "X", "--iban", IBAN), "legal_country"),
        (("--country", "FR", "--legal-name", "", "--iban", IBAN), "legal_name"),
        (("--country", "FR", "--legal-name", "X", "--iban", IBAN, "--vat-regime", "forfettario"), "only in IT"),
        (("--country", "FR", "--legal-name", "X", "--iban", IBAN, "--vat-number", "FR1"), "vat_number"),
    ],
)
def test_init_says_what_is_wrong_in_one_line(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    refused = command("init", "--data", str(tmp_path / "d"), *arguments)
    assert refused.returncode == 1
    assert words in refused.stderr
    assert "Traceback" not in refused.stderr


def test_limits_are_settings_and_what_was_acknowledged_outlives_the_process(tmp_path: Path) -> None:
    first = start_server(
        tmp_path, "--no-jobs", is_forked=False, COUNTERFOIL_MAX_ITEMS="3", COUNTERFOIL_MAX_BODY_BYTES="2000"
    )
    api = Api(first, make_organization(tmp_path, "FR"))
    invoice = api.issued()
    assert expect(api.create(items=[api.item()] * 4), 422)["errors"][0]["code"] == "too_many_items"
    assert expect(api.create(header="x" * 2000), 413)["errors"][0]["code"] == "payload_too_large"
    first.process.kill()
    first.process.wait(5)
    second = start_server(tmp_path, "--no-jobs")
    try:
        again = Api(second, api.organization)
        kept = again.invoice(invoice["id"])
        moving = {"invoice_url"}  # another port
        assert {k: v for k, v in kept.items() if k not in moving} == {
            k: v for k, v in invoice.items() if k not in moving
        }
        assert len(again.draft(items=[again.item()] * 4)["items"]) == 4
    finally:
        second.stop()


def test_links_begin_with_the_public_address(tmp_path: Path) -> None:
    server = start_server(tmp_path, "--no-jobs", COUNTERFOIL_PUBLIC_URL="https://billing.example/")
    try:
        api = Api(server, make_organization(tmp_path, "FR"))
        assert api.issued()["invoice_url"].startswith("https://billing.example/i/")
    finally:
        server.stop()


def test_a_connection_that_rested_is_taken_up_again(server: Server) -> None:
    given = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=30)
    given.request("GET", "/healthz")
    given.getresponse().read()
    time.sleep(6)  # uvicorn's own default closes it after 5, and a proxy that takes it up answers 502
    given.request("GET", "/healthz")
    assert given.getresponse().status == 200
    given.close()


def test_nothing_was_logged_as_a_bug(server: Server) -> None:
    assert "a bug:" not in server.log
    assert "Traceback" not in server.log
