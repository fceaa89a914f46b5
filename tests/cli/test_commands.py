"""init, token and demo, as a person types them; tests/rest/test_server.py has more of init, and serve."""

from __future__ import annotations

import json
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

import httpx

from tests.support.server import COMMAND, Server, clean_environment, command, free_port

IBAN = "FR1420041010050500013M02606"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return command(*arguments)


def init(data: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return run("init", "--data", str(data), "--country", "FR", "--legal-name", "Jean Test", "--iban", IBAN, *more)


def test_the_data_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    init(tmp_path / "data")
    for path in (tmp_path / "data", tmp_path / "data" / "counterfoil.db"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_next_number_starts_the_series(server: Server) -> None:
    made = json.loads(init(server.data, "--next-number", "250", "--json").stdout)
    with server.http(Authorization=made["api_key"]) as http:
        client = http.post(
            "/v2/clients",
            json={
                "kind": "company",
                "name": "A",
                "currency": "EUR",
                "locale": "fr",
                "city": "Lyon",
                "country_code": "FR",
            },
        ).json()["client"]
        year = http.get("/v2/organization").headers["date"].split()[3]
        body = {
            "client_id": client["id"], "issue_date": f"{year}-06-01", "due_date": f"{year}-07-01", "currency": "EUR",
            "status": "draft", "items": [],
        }  # fmt: skip
        draft = http.post("/v2/client_invoices", json=body).json()["client_invoice"]
    assert draft["number"] == f"F-{year}-250-PROFORMA"


def test_init_takes_what_e_invoices_need_and_tells_what_is_missing(server: Server) -> None:
    # Given what a professional in Italy says of itself, but for the address.
    said = (
        "--data", str(server.data), "--country", "IT", "--legal-name", "Studio Chiari", "--iban",
        "IT60X0542811101000000123456", "--vat-number", "IT00743110157", "--contact-name", "Ada Chiari",
        "--electronic-address", "studio@pec.example", "--electronic-address-scheme", "em", "--regime-fiscale", "RF01",
        "--is-professional", "--province", "mi",
    )  # fmt: skip
    # When the organization is made, as a program and as a person reads it.
    made = json.loads(run("init", *said, "--json").stdout)
    shown = run("init", *said)
    # Then it has all of it, and the address is named as missing.
    with server.http(Authorization=made["api_key"]) as http:
        organization = http.get("/v2/organization").json()["organization"]
    assert (organization["contact_name"], organization["regime_fiscale"]) == ("Ada Chiari", "RF01")
    assert (organization["electronic_address"], organization["electronic_address_scheme"]) == (
        "studio@pec.example",
        "EM",
    )
    assert organization["is_professional"] is True
    assert [each["field"] for each in made["warnings"]] == ["address_line_1", "address_zipcode", "address_city"]
    assert shown.stderr.count("warning: ") == 3
    assert "address_city" in shown.stderr


def test_init_refuses_what_could_never_be(server: Server) -> None:
    refused = init(server.data, "--electronic-address-scheme", "0225")
    assert refused.returncode == 1
    assert "electronic_address" in refused.stderr


def test_a_token_has_the_scopes_it_was_made_with(server: Server) -> None:
    made = json.loads(init(server.data, "--json").stdout)
    answer = run(
        "token",
        "create",
        "--data",
        str(server.data),
        "--organization",
        made["slug"],
        "--scope",
        "client.read",
        "--json",
    )
    token = json.loads(answer.stdout)["token"]
    with server.http(Authorization=f"Bearer {token}") as http:
        assert http.get("/v2/clients").status_code == 200
        assert http.get("/v2/client_invoices").status_code == 403


def test_a_token_needs_a_known_scope_and_organization(server: Server) -> None:
    unknown_scope = run("token", "create", "--data", str(server.data), "--scope", "everything")
    assert unknown_scope.returncode == 1
    assert "client_invoice.write" in unknown_scope.stderr
    unknown_slug = run("token", "create", "--data", str(server.data), "--organization", "nobody")
    assert unknown_slug.returncode == 1
    assert "--organization" in unknown_slug.stderr


def test_secrets_are_kept_as_hashes_only(tmp_path: Path) -> None:
    made = json.loads(init(tmp_path / "data", "--json").stdout)
    token = json.loads(run("token", "create", "--data", str(tmp_path / "data"), "--json").stdout)["token"]
    everything = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())
    assert made["api_key"].split(":", 1)[1].encode() not in everything
    assert token.encode() not in everything


def test_the_demo_says_what_there_is_in_ten_lines(tmp_path: Path) -> None:
    # given a directory of its own, when the demo starts on a port that is taken by nobody
    port = free_port()
    typed = [COMMAND, "demo", "--data", str(tmp_path / "demo"), "--port", str(port), "--no-open"]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, text=True, env=clean_environment()) as process:
        try:
            assert process.stdout is not None
            lines = []
            while not (lines and lines[-1].startswith("  Data")):
                line = process.stdout.readline()
                assert line, "the demo ended"
                lines.append(line.rstrip("\n"))
            said = {line.split()[0]: line for line in lines}
            # then it prints at most ten lines, and what they name is there
            assert len(lines) <= 10
            key = said["API"] if "API key" in said["API"] else next(line for line in lines if "API key" in line)
            secret = key.split("API key", 1)[1].split()[0]
            base = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=base, headers={"Authorization": secret}, trust_env=False) as http:
                found = http.get("/v2/client_invoices").json()["client_invoices"]
                countries = {c["country_code"] for c in http.get("/v2/clients").json()["clients"]}
                page = http.get(said["Client"].split()[2])
                caught = http.get("/dev/mail")
            assert {invoice["status"] for invoice in found} == {"draft", "unpaid", "paid", "canceled"}
            assert countries == {"FR", "DE", "IT", "ES", "BE", "US"}
            assert page.status_code == 200
            assert "SPECIMEN" in page.text
            assert caught.status_code == 200
            program = said["Assistant"].split(" -- ")[1].split()[0]
            assert Path(program).is_absolute()
            assert Path(program).exists()
        finally:
            process.terminate()
            process.wait(20)


def test_the_demo_keeps_away_from_real_data(tmp_path: Path) -> None:
    init(tmp_path / "data")
    answer = run("demo", "--data", str(tmp_path / "data"), "--port", str(free_port()), "--no-open")
    assert answer.returncode == 1
    assert "real data" in answer.stderr


def test_migrate_puts_back_a_trigger_that_is_gone(tmp_path: Path) -> None:
    # given a database whose guard someone dropped
    init(tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / "counterfoil.db")) as database:
        database.execute("DROP TRIGGER client_invoices_frozen")
        database.commit()
    refused = run("token", "create", "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert "counterfoil migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
    # when it is migrated, then it opens again
    assert run("migrate", "--data", str(tmp_path / "data")).returncode == 0
    assert run("token", "create", "--data", str(tmp_path / "data")).returncode == 0
