"""member, signin-link and token, beside a running server: what is typed there holds here at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from counterfoil.cli.main import app
from counterfoil.errors import BillingError
from tests.conftest import NewOrganization
from tests.support.server import Api

Run = Callable[..., str]
EMAIL = "factures@atelier.example"
PASSWORD = "correct horse battery staple"  # a test's own


@pytest.fixture
def company(new_organization: NewOrganization) -> Api:
    return new_organization("FR")


@pytest.fixture
def run(company: Api, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command on the company, in this process; answers what it printed. Raises as it does."""
    monkeypatch.delenv("COUNTERFOIL_PUBLIC_URL", raising=False)

    def run_(*arguments: str, said: str | None = None) -> str:
        given = [*arguments, "--data", str(company.server.data), "--organization", company.organization.slug]
        result = CliRunner().invoke(app, given, input=said)
        if result.exception is not None:
            raise result.exception
        return str(result.stdout)

    return run_


@pytest.fixture
def read(run: Run) -> Callable[..., Any]:
    def read_(*arguments: str) -> Any:
        return json.loads(run(*arguments, "--json"))

    return read_


def browser(company: Api) -> httpx.Client:
    return company.server.http(**{"Sec-Fetch-Site": "same-origin"})


def call(company: Api, secret: str) -> int:
    with company.server.http(Authorization=f"Bearer {secret}") as http:
        return http.get("/v2/clients").status_code


def test_init_makes_the_owner_and_a_link_signs_them_in_once(company: Api, read: Callable[..., Any], run: Run) -> None:
    people = read("member", "list")["members"]
    assert [(each["email"], each["role"], each["has_password"]) for each in people] == [(EMAIL, "owner", False)]
    link = run("signin-link").strip()
    assert re.fullmatch(re.escape(company.server.url) + r"/signin/[A-Za-z0-9_-]{43}", link)
    with browser(company) as http:
        assert http.get(link).status_code == 200
        assert http.post(link).headers["location"] == "../approvals"
        assert http.get("/approvals").status_code == 200
        assert http.post(link).status_code == 410


def test_a_password_is_read_from_a_pipe_and_ends_sessions(company: Api, run: Run) -> None:
    link = run("signin-link").strip()
    with browser(company) as http, browser(company) as again:
        http.post(link)
        said = run("member", "password", EMAIL, said=f"{PASSWORD}\n")
        assert PASSWORD not in said
        assert http.get("/approvals").status_code == 303
        answer = again.post("/signin", data={"email": EMAIL.upper(), "password": PASSWORD})
        # who has this address in other organizations of the server has no password there
        assert (answer.status_code, answer.headers["location"]) == (303, "./approvals")
    with pytest.raises(BillingError, match="12 to"):
        run("member", "password", EMAIL, said="short\n")


def test_people_come_and_go(company: Api, read: Callable[..., Any], run: Run) -> None:
    added = read("member", "add", "--email", "Bo@example.com", "--name", "Bo", "--role", "admin")
    assert (added["email"], added["role"]) == ("bo@example.com", "admin")
    link = read("signin-link", "--email", "bo@example.com")["link"]
    token = read("token", "create", "--member", "bo@example.com", "--name", "bo's")["token"]
    with browser(company) as http:
        http.post(link)
        assert http.get("/approvals").status_code == 200
        run("member", "disable", "bo@example.com")
        assert http.get("/approvals").status_code == 303
    assert call(company, token) == 401
    for refused in (("signin-link", "--email", "bo@example.com"), ("member", "disable", EMAIL),
                    ("member", "disable", "nobody@example.com"),
                    ("member", "add", "--email", "cy@example.com", "--role", "root")):  # fmt: skip
        with pytest.raises(BillingError):
            run(*refused)
    assert read("member", "enable", "bo@example.com")["disabled_at"] is None


@pytest.mark.parametrize(
    ("options", "policy"),
    [((), "never"), (("--for-assistant",), "always"), (("--approvals", "above:500"), "above:500"),
     (("--for-assistant", "--person-only"), "always by:person"),
     (("--approvals", "never", "--for-assistant"), "never")],
    ids=["usual", "assistant", "above", "person", "both"],
)  # fmt: skip
def test_a_token_has_the_policy_it_was_made_with(
    read: Callable[..., Any], options: tuple[str, ...], policy: str
) -> None:
    made = read("token", "create", *options)
    assert made["approvals"] == policy
    assert [each["approvals"] for each in read("token", "list")["credentials"] if each["id"] == made["id"]] == [policy]


def test_a_token_of_an_agent_waits_and_of_an_accountant_reads(company: Api, read: Callable[..., Any]) -> None:
    for role in ("agent", "accountant"):
        read("member", "add", "--email", f"{role}@example.com", "--role", role)
    agent = read("token", "create", "--approvals", "never", "--member", "agent@example.com")
    accountant = read("token", "create", "--member", "accountant@example.com")
    assert agent["approvals"] == "always"
    with company.server.http(Authorization=f"Bearer {accountant['token']}") as http:
        assert http.get("/v2/clients").status_code == 200
        assert http.post("/v2/clients", json=company.client_body()).status_code == 403


def test_an_assistants_token_cannot_finalize_alone_and_a_program_can(company: Api, read: Callable[..., Any]) -> None:
    draft = company.draft()
    path = f"/v2/client_invoices/{draft['id']}/finalize"
    for options, status in ((("--for-assistant",), 428), ((), 200)):
        token = read("token", "create", *options)["token"]
        with company.server.http(Authorization=f"Bearer {token}") as http:
            assert http.post(path).status_code == status


def test_keys_and_tokens_are_listed_without_secrets_and_revoked(
    company: Api, read: Callable[..., Any], run: Run
) -> None:
    made = read("token", "create", "--name", "reporting", "--scope", "client.read", "--expires-days", "30")
    assert made["expires_at"]
    assert call(company, made["token"]) == 200
    shown = run("token", "list", "--all")
    assert "reporting" in shown
    assert made["token"] not in shown
    assert read("token", "revoke", made["id"])["state"] == "revoked"
    assert call(company, made["token"]) == 401
    key = next(each for each in read("token", "list")["credentials"] if each["kind"] == "key")
    assert company.get("/clients").status_code == 200
    run("token", "revoke", key["id"])
    assert company.get("/clients").status_code == 401
    assert read("token", "list")["credentials"] == []
    for refused in ((made["id"],), ("nothing",)):
        with pytest.raises(BillingError):
            run("token", "revoke", *refused)


@pytest.mark.parametrize("wrong", [("--approvals", "sometimes"), ("--approvals", "above:-1"), ("--expires-days", "0")])
def test_a_token_that_makes_no_sense_is_not_made(read: Callable[..., Any], wrong: tuple[str, str]) -> None:
    before = len(read("token", "list")["credentials"])
    with pytest.raises(BillingError):
        read("token", "create", *wrong)
    assert len(read("token", "list")["credentials"]) == before


def test_a_hostile_name_moves_no_cursor(run: Run, read: Callable[..., Any]) -> None:
    with pytest.raises(BillingError):
        run("member", "add", "--email", "bo@example.com", "--name", "\x1b[2J", "--role", "admin")
    with pytest.raises(BillingError):
        run("token", "create", "--name", "\x1b[2J")
    assert len(read("member", "list")["members"]) == 1
