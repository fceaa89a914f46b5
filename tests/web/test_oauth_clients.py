"""Programs that nobody here knows: with a document of their own, and registered by themselves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from counterfoil.domain.oauth import Client
from tests.support.oauth import CALLBACK, Pkce, Site, StandingClock, asking, decided, site, told
from tests.support.receivers import Receiver, receiver, status


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that may call private addresses, so that a program's document may be on loopback."""
    with site(tmp_path_factory.mktemp("oauth") / "data", clock=StandingClock()) as found:
        yield found


@pytest.fixture
def host() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def serve(host: Receiver, *headers: str, **changes: Any) -> str:
    """Puts a program's document at its address, and answers that."""
    document = {"client_id": host.url, "client_name": "Élan", "redirect_uris": [CALLBACK]} | changes
    body = json.dumps({name: value for name, value in document.items() if value is not ...}).encode()
    host.usual = status(200, "Content-Type: application/json", *headers, body=body)
    return host.url


def registered(running: Site, **changes: Any) -> httpx.Response:
    body = {"client_name": "Cursor", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none"} | changes
    with running.http() as http:
        return http.post("/oauth2/register", json={name: value for name, value in body.items() if value is not ...})


def test_a_program_with_a_document_walks_to_its_tokens_and_is_read_once(
    running: Site, owner: httpx.Client, host: Receiver
) -> None:
    client_id, pkce = serve(host, "Cache-Control: max-age=600"), Pkce()
    page = owner.get(asking(client_id, **pkce.sent))
    assert "Élan" in page.text
    assert re.search(r"<bdi>127\.0\.0\.1</bdi> says that this is its program", page.text)
    code = told(decided(owner, asking(client_id, **pkce.sent, scope="client.read")))["code"]
    with running.http() as http:
        sent = {"grant_type": "authorization_code", "client_id": client_id, "code": code, "redirect_uri": CALLBACK}
        given = http.post("/oauth2/token", data=sent | {"code_verifier": pkce.verifier})
        assert given.status_code == 200, given.text
        token = {"Authorization": f"Bearer {given.json()['access_token']}"}
        assert http.get("/v2/clients", headers=token).status_code == 200
    assert host.connections == 1


def test_what_changed_in_the_document_holds_once_it_is_old(running: Site, owner: httpx.Client, host: Receiver) -> None:
    client_id, pkce = serve(host, "Cache-Control: max-age=600"), Pkce()
    assert owner.get(asking(client_id, **pkce.sent)).status_code == 200
    serve(host, redirect_uris=["https://app.example/cb"])
    assert owner.get(asking(client_id, **pkce.sent)).status_code == 200
    clock = running.house.clock
    assert isinstance(clock, StandingClock)
    clock.wait(seconds=601)
    assert owner.get(asking(client_id, **pkce.sent)).status_code == 400


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "https://elsewhere.example/client.json"},
        {"client_id": ...},
        {"redirect_uris": ["https://other.example/cb"]},
        {"redirect_uris": ["javascript:alert(1)"]},
        {"redirect_uris": ...},
        {"redirect_uris": "http://127.0.0.1:3000/callback"},
        {"client_secret": "s3cret"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"padding": "x" * 6_000},
    ],
    ids=["foreign", "nameless", "redirect", "script", "no-redirects", "text", "secret", "method", "huge"],
)
def test_a_document_that_is_not_right_gives_nothing(
    running: Site, owner: httpx.Client, host: Receiver, changes: dict[str, Any]
) -> None:
    answer = owner.get(asking(serve(host, **changes), **Pkce().sent))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_nobody_who_is_not_signed_in_makes_this_server_call_out(running: Site, host: Receiver) -> None:
    with running.http() as http:
        assert http.get(asking(serve(host), **Pkce().sent)).status_code == 303
        assert http.get(asking(serve(host), **Pkce().sent, prompt="none")).status_code == 400
        assert http.post("/oauth2/token", data={"client_id": host.url, "grant_type": "refresh_token"}).is_client_error
    assert host.connections == 0


def test_without_the_setting_only_public_addresses_are_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    with site(tmp_path_factory.mktemp("strict") / "data", is_private_allowed=False) as strict, receiver() as inside:
        browser = strict.person()
        for client_id in (
            inside.url, inside.url.replace("http:", "https:"), "https://169.254.169.254/latest/meta-data",
            f"https://localhost:{inside.port}/hooks", f"https://[::1]:{inside.port}/hooks",
        ):  # fmt: skip
            answer = browser.get(asking(client_id, **Pkce().sent))
            assert answer.status_code == 400
        assert inside.connections == 0


def test_a_program_registers_itself_and_is_shown_as_not_verified(running: Site, owner: httpx.Client) -> None:
    answer = registered(running, grant_types=["authorization_code", "refresh_token", "urn:ietf:params:oauth:x"])
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert made["grant_types"] == ["authorization_code", "refresh_token"]
    assert "client_secret" not in made
    page = owner.get(asking(made["client_id"], **Pkce().sent))
    assert "Not verified" in page.text
    assert told(decided(owner, asking(made["client_id"], **Pkce().sent)))["code"]


def test_a_registered_program_with_a_secret_must_show_it(running: Site, owner: httpx.Client) -> None:
    made = registered(running, token_endpoint_auth_method=...).json()
    assert made["token_endpoint_auth_method"] == "client_secret_basic"
    assert made["client_secret_expires_at"] == 0
    code = told(decided(owner, asking(made["client_id"])))["code"]
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    with running.http() as http:
        assert http.post("/oauth2/token", data=sent | {"client_id": made["client_id"]}).status_code == 401
        proof = (made["client_id"], made["client_secret"])
        assert http.post("/oauth2/token", data=sent, auth=proof).status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uris": ...}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://app.example/cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://app.example/cb#x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["cursor://cb"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK, "data:text/html,x"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [7]}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK] * 21}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"client_name": {"en": "x"}}, "invalid_client_metadata"),
        ({"client_uri": "not an address"}, "invalid_client_metadata"),
        ({"scope": "payment.write"}, "invalid_client_metadata"),
    ],
    ids=["none", "empty", "http", "fragment", "scheme", "data", "number", "many", "jwt", "grant", "name", "uri",
         "scope"],
)  # fmt: skip
def test_a_registration_that_is_not_right_is_refused(running: Site, changes: dict[str, Any], error: str) -> None:
    answer = registered(running, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"[" * 9_000, b'"' + b"x" * 20_000 + b'"'], ids=["empty", "list", "half", "deep", "long"]
)
def test_what_is_no_registration_is_refused(running: Site, body: bytes) -> None:
    with running.http() as http:
        assert http.post("/oauth2/register", content=body).json()["error"] == "invalid_client_metadata"


def test_registering_is_not_for_crowds(tmp_path_factory: pytest.TempPathFactory, monkeypatch: Any) -> None:
    monkeypatch.setenv("COUNTERFOIL_RATE_LIMITS", "on")  # loopback is not counted otherwise
    with site(tmp_path_factory.mktemp("crowd") / "data") as crowded:
        answers = [registered(crowded) for _ in range(31)]
    assert {answer.status_code for answer in answers[:30]} == {201}
    assert answers[30].status_code == 429
    assert int(answers[30].headers["retry-after"]) > 0


def test_a_registered_program_of_a_scope_gets_no_more(running: Site, owner: httpx.Client) -> None:
    made = registered(running, scope="client.read payment.write").json()
    assert made["scope"] == "client.read"
    page = owner.get(asking(made["client_id"], **Pkce().sent, scope="client.read client.write"))
    assert "See your clients" in page.text
    assert "Add, change and delete clients" not in page.text


def test_a_program_of_the_operator_is_answered_at_a_scheme_of_its_own(running: Site, owner: httpx.Client) -> None:
    own = "counterfoil-app://signed-in"
    client: Client = running.client(own, is_public=True)[0]
    page = owner.get(asking(client.client_id, **Pkce().sent, redirect_uri=own))
    assert "form-action 'self' counterfoil-app:;" in page.headers["content-security-policy"]
    assert told(decided(owner, asking(client.client_id, **Pkce().sent, redirect_uri=own)), own)["code"]
