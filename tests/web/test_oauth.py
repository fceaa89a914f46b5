"""OAuth over HTTP: programs as they are written, people in their browsers, and tokens at both resources."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client

from counterfoil.domain.oauth import Client
from tests.support.oauth import (
    CALLBACK,
    Pkce,
    Site,
    asking,
    call,
    code_of,
    decided,
    exchanged,
    form,
    policy_of,
    tokens,
    told,
)

# Walks


def test_a_public_client_with_pkce_gets_in_and_calls_the_api(
    running: Site, owner: httpx.Client, public: Client
) -> None:
    given = tokens(running, owner, public, scope="client.read offline_access")
    assert given["token_type"] == "Bearer"
    assert given["expires_in"] == 3600
    assert given["scope"] == "client.read offline_access"
    assert "id_token" not in given
    assert call(running, given["access_token"]).status_code == 200
    refused = call(running, given["access_token"], "/v2/products")
    assert refused.status_code == 403
    challenge = refused.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="product.read"' in challenge


def test_authlibs_own_client_walks_from_the_metadata_to_the_api(running: Site, owner: httpx.Client) -> None:
    found, secret = running.client()
    with OAuth2Client(
        found.client_id, secret, scope="organization.read offline_access", redirect_uri=CALLBACK,
        token_endpoint_auth_method="client_secret_basic", code_challenge_method="S256", trust_env=False,
    ) as program:  # fmt: skip
        with running.http() as http:
            metadata = http.get("/.well-known/oauth-authorization-server").json()
        verifier = Pkce().verifier
        url, _ = program.create_authorization_url(metadata["authorization_endpoint"], code_verifier=verifier)
        answer = decided(owner, url.removeprefix(running.url))
        program.fetch_token(
            metadata["token_endpoint"], authorization_response=answer.headers["location"], code_verifier=verifier
        )
        assert program.get(f"{running.url}/v2/organization").status_code == 200
        first = program.token["access_token"]
        program.refresh_token(metadata["token_endpoint"])
        assert program.token["access_token"] != first
        assert program.get(f"{running.url}/v2/organization").status_code == 200
        program.revoke_token(metadata["revocation_endpoint"], program.token["refresh_token"])
        assert program.get(f"{running.url}/v2/organization").status_code == 401


@pytest.mark.parametrize("method", ["post", "basic"])
def test_a_confidential_client_walks_without_pkce_as_qontos_examples_do(
    running: Site, owner: httpx.Client, method: str
) -> None:
    client, secret = running.client()
    code = told(decided(owner, asking(client.client_id, scope="organization.read offline_access")))["code"]
    form_fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    with running.http() as http:
        proof: dict[str, Any] = (
            {"data": form_fields | {"client_id": client.client_id, "client_secret": secret}}
            if method == "post"
            else {"data": form_fields, "auth": (client.client_id, secret)}
        )
        given = http.post("/oauth2/token", **proof)
    assert given.status_code == 200, given.text
    assert given.headers["cache-control"] == "no-store"
    assert call(running, given.json()["access_token"], "/v2/organization").status_code == 200


def test_signing_in_comes_first_and_leads_back(running: Site, public: Client) -> None:
    with running.http() as http:
        answer = http.get(asking(public.client_id, **Pkce().sent))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("../signin?next=%2Foauth2%2Fauth%3F")


# The page


def test_the_page_names_the_client_the_scopes_and_the_organization_and_is_never_framed(
    running: Site, owner: httpx.Client, public: Client
) -> None:
    page = owner.get(asking(public.client_id, **Pkce().sent, scope="client.read client_invoice.write"))
    assert "Ledger Bot" in page.text
    assert running.organization.legal_name in page.text
    assert "See your clients" in page.text
    assert "Write, finalize, send, cancel and delete invoices" in page.text
    assert "See supplier invoices" not in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"


def test_what_a_client_calls_itself_is_text_on_the_page(running: Site, owner: httpx.Client) -> None:
    client, _ = running.client(is_public=True, name="<script>alert(1)</script>")
    page = owner.get(asking(client.client_id, **Pkce().sent))
    assert "<script>" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


def test_deny_is_told_to_the_client_with_state_and_issuer(running: Site, owner: httpx.Client, public: Client) -> None:
    answer = told(decided(owner, asking(public.client_id, **Pkce().sent), "deny"))
    assert answer["error"] == "access_denied"
    assert answer["state"] == "xyz"
    assert answer["iss"] == running.url
    assert "code" not in answer


def test_scopes_that_are_not_ticked_are_not_given(running: Site, owner: httpx.Client, public: Client) -> None:
    pkce = Pkce()
    path = asking(public.client_id, **pkce.sent, scope="client.read client.write")
    code = told(decided(owner, path, **{"scope:client.write": None}))["code"]
    given = exchanged(running, public, code, pkce).json()
    assert given["scope"] == "client.read"


def test_nothing_ticked_shows_the_page_again(running: Site, owner: httpx.Client, public: Client) -> None:
    again = decided(owner, asking(public.client_id, **Pkce().sent, scope="client.read"), **{"scope:client.read": None})
    assert again.status_code == 422
    assert "Tick at least one" in again.text


def test_a_form_of_another_session_or_another_request_gives_nothing(
    running: Site, owner: httpx.Client, public: Client
) -> None:
    action, fields = form(owner.get(asking(public.client_id, **Pkce().sent, scope="client.read")))
    other = running.person()
    page = f"{running.url}/oauth2/auth"
    url = str(httpx.URL(page).join(action))
    assert other.post(url, data=fields | {"decision": "allow"}).status_code == 400
    widened = url.replace("scope=client.read", "scope=client.read+client.write")
    assert owner.post(widened, data=fields | {"decision": "allow"}).status_code == 400
    elsewhere = owner.post(url, data=fields | {"decision": "allow"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert elsewhere.status_code == 400


@pytest.mark.parametrize(
    ("at_mcp", "sent", "policy"),
    [
        (True, {}, "always"),
        (False, {}, "never"),
        (False, {"policy": "above", "amount": "500,50"}, "above:500.50"),
        (True, {"policy": "never", "by_person": "yes"}, "never by:person"),
    ],
    ids=["assistant", "program", "above", "person"],
)
def test_the_person_says_when_it_must_ask(
    running: Site, owner: httpx.Client, public: Client, at_mcp: bool, sent: dict[str, str], policy: str
) -> None:
    pkce = Pkce()
    more = {"resource": f"{running.url}/mcp"} if at_mcp else {}
    code = told(decided(owner, asking(public.client_id, **pkce.sent, **more), **sent))["code"]
    token = exchanged(running, public, code, pkce).json()["access_token"]
    assert policy_of(running, token) == policy


def test_a_policy_that_cannot_be_read_shows_the_page_again(running: Site, owner: httpx.Client, public: Client) -> None:
    again = decided(owner, asking(public.client_id, **Pkce().sent), policy="above", amount="a lot")
    assert again.status_code == 422
    assert "digits" in again.text


def test_an_accountant_gives_reads_only_and_an_agent_always_waits(running: Site, public: Client) -> None:
    given = tokens(running, running.person("accountant"), public, scope="client.read client.write")
    assert given["scope"] == "client.read"
    pkce = Pkce()
    code = told(decided(running.person("agent"), asking(public.client_id, **pkce.sent), policy="never"))["code"]
    assert policy_of(running, exchanged(running, public, code, pkce).json()["access_token"]) == "always"


# What is refused


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "nobody"},
        {"client_id": ""},
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": f"{CALLBACK}/more"},
        {"redirect_uri": f"{CALLBACK}#fragment"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": 'http://127.0.0.1:3000/callback"\u00e9'},
    ],
    ids=["unknown", "none", "foreign", "longer", "fragment", "script", "odd"],
)
def test_nobody_is_redirected_before_client_and_address_are_proven(
    running: Site, owner: httpx.Client, public: Client, changed: dict[str, str]
) -> None:
    answer = owner.get(asking(**({"client_id": public.client_id} | Pkce().sent | changed)))
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "cannot be let in" in answer.text


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "", "code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"scope": "payment.write"}, "invalid_scope"),
        ({"prompt": "none"}, "consent_required"),
    ],
    ids=["implicit", "no-pkce", "plain", "no-method", "resource", "scope", "silent"],
)
def test_a_proven_client_is_told_what_is_wrong(
    running: Site, owner: httpx.Client, public: Client, changed: dict[str, str], error: str
) -> None:
    answer = told(owner.get(asking(**({"client_id": public.client_id} | Pkce().sent | changed))))
    assert answer["error"] == error
    assert answer["state"] == "xyz"
    assert answer["iss"] == running.url


def test_a_parameter_twice_is_refused(running: Site, owner: httpx.Client, public: Client) -> None:
    path = asking(public.client_id, **Pkce().sent)
    assert owner.get(f"{path}&client_id={public.client_id}").status_code == 400
    with running.http() as http:
        doubled = "grant_type=refresh_token&refresh_token=a&refresh_token=b&client_id=" + public.client_id
        answer = http.post(
            "/oauth2/token", content=doubled, headers={"content-type": "application/x-www-form-urlencoded"}
        )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_native_client_may_listen_on_any_port_of_loopback(running: Site, owner: httpx.Client) -> None:
    client, _ = running.client("http://127.0.0.1/callback", is_public=True)
    here = "http://127.0.0.1:51234/callback"
    answer = decided(owner, asking(client.client_id, **Pkce().sent, redirect_uri=here))
    assert told(answer, here)["code"]
    confidential, _ = running.client("http://127.0.0.1/callback")
    assert owner.get(asking(confidential.client_id, redirect_uri=here)).status_code == 400


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:3001/callback"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"resource": "https://elsewhere.example"}, "invalid_target"),
    ],
    ids=["verifier", "no-verifier", "redirect", "code", "client", "grant", "resource"],
)
def test_the_token_endpoint_refuses(
    running: Site, owner: httpx.Client, public: Client, changed: dict[str, str], error: str
) -> None:
    pkce = Pkce()
    code = code_of(running, owner, public, pkce)
    answer = exchanged(running, public, changed.pop("code", code), pkce, **changed)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error
    assert answer.headers["cache-control"] == "no-store"


def test_a_secret_that_is_wrong_or_not_sent_is_refused_with_401(running: Site, owner: httpx.Client) -> None:
    client, secret = running.client()
    code = told(decided(owner, asking(client.client_id)))["code"]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    with running.http() as http:
        for data, auth in (
            (fields | {"client_id": client.client_id}, None),
            (fields | {"client_id": client.client_id, "client_secret": "wrong"}, None),
            (fields, (client.client_id, "wrong")),
        ):
            answer = http.post("/oauth2/token", data=data, auth=auth)
            assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
            assert answer.headers["www-authenticate"].startswith("Basic")
        for odd in ("Basic //4=", "Basic", "Basic  x", "Basic =", "Bearer x", "\u00e9"):
            headers = {"Authorization": odd.encode()}
            assert http.post("/oauth2/token", data=fields, headers=headers).status_code == 401
        assert http.post("/oauth2/token", data=fields, auth=(client.client_id, secret)).status_code == 200


def test_a_code_of_another_client_is_worth_nothing_and_stays_whole(
    running: Site, owner: httpx.Client, public: Client
) -> None:
    other, _ = running.client(is_public=True)
    pkce = Pkce()
    code = code_of(running, owner, public, pkce)
    assert exchanged(running, other, code, pkce).json()["error"] == "invalid_grant"
    assert exchanged(running, public, code, pkce).status_code == 200


@pytest.mark.parametrize("body", [b"", b"\xff\xfe=1", b"grant_type"], ids=["empty", "bytes", "bare"])
def test_whatever_is_posted_gets_an_oauth_error(running: Site, body: bytes) -> None:
    with running.http(headers={"content-type": "application/x-www-form-urlencoded"}) as http:
        for path in ("/oauth2/token", "/oauth2/revoke"):
            answer = http.post(path, content=body)
            assert answer.status_code in (400, 401)
            assert answer.json()["error"]
