"""OAuth over HTTP: programs as they are written, people in their browsers, and tokens at both resources."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from counterfoil.domain.oauth import Client
from counterfoil.operations import members, oauth
from counterfoil.operations.work import Actor
from tests.support.oauth import CALLBACK, Pkce, Site, StandingClock, asking, decided, form, site, told
from tests.support.server import make_organization

MCP_HEADERS = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": "2025-11-25"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site shared by a file's tests; its clock may be moved forward by whoever needs to."""
    with site(tmp_path_factory.mktemp("oauth") / "data", clock=StandingClock()) as found:
        yield found


@pytest.fixture(scope="module")
def public(running: Site) -> Client:
    return running.client(is_public=True)[0]


@pytest.fixture(scope="module")
def owner(running: Site) -> httpx.Client:
    return running.person()


def clock_of(running: Site) -> StandingClock:
    clock = running.house.clock
    assert isinstance(clock, StandingClock)
    return clock


def code_of(running: Site, browser: httpx.Client, client: Client, pkce: Pkce, **more: str) -> str:
    """A code that a person gave to a public client."""
    return told(decided(browser, asking(client.client_id, **pkce.sent, **more)))["code"]


def exchanged(running: Site, client: Client, code: str, pkce: Pkce, **more: str) -> httpx.Response:
    with running.http() as http:
        sent = {
            "grant_type": "authorization_code", "client_id": client.client_id, "code": code, "redirect_uri": CALLBACK,
            "code_verifier": pkce.verifier,
        }  # fmt: skip
        return http.post("/oauth2/token", data={name: value for name, value in (sent | more).items() if value})


def refreshed(running: Site, client: Client, token: str, **more: str) -> httpx.Response:
    with running.http() as http:
        sent = {"grant_type": "refresh_token", "client_id": client.client_id, "refresh_token": token}
        return http.post("/oauth2/token", data=sent | more)


def tokens(running: Site, browser: httpx.Client, client: Client, **more: str) -> dict[str, Any]:
    """What a public client gets once it was let in."""
    pkce = Pkce()
    answer = exchanged(running, client, code_of(running, browser, client, pkce, **more), pkce)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def call(running: Site, token: str, path: str = "/v2/clients", method: str = "GET") -> httpx.Response:
    with running.http(headers={"Authorization": f"Bearer {token}"}) as http:
        return http.request(method, path)


def call_mcp(running: Site, token: str) -> httpx.Response:
    with running.http(headers=MCP_HEADERS | {"Authorization": f"Bearer {token}"}) as http:
        return http.post("/mcp", json=PING)


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


def policy_of(running: Site, token: str) -> str:
    with running.house.database.read() as conn:
        row = oauth.access_token(conn, token)
    assert row
    return row.policy


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


# Lifetimes


def test_a_code_lives_ten_minutes(running: Site, public: Client) -> None:
    browser, pkce = running.person(), Pkce()
    early, late = (code_of(running, browser, public, pkce) for _ in range(2))
    clock_of(running).wait(minutes=9, seconds=59)
    assert exchanged(running, public, early, pkce).status_code == 200
    clock_of(running).wait(seconds=1)
    assert exchanged(running, public, late, pkce).json()["error"] == "invalid_grant"


def test_a_code_used_twice_ends_all_that_it_gave(running: Site, public: Client) -> None:
    browser, pkce = running.person(), Pkce()
    code = code_of(running, browser, public, pkce, scope="client.read offline_access")
    given = exchanged(running, public, code, pkce).json()
    assert exchanged(running, public, code, pkce).json()["error"] == "invalid_grant"
    assert call(running, given["access_token"]).status_code == 401
    assert refreshed(running, public, given["refresh_token"]).json()["error"] == "invalid_grant"


def test_an_access_token_lives_an_hour(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="client.read")
    assert "refresh_token" not in given
    clock_of(running).wait(minutes=59, seconds=59)
    assert call(running, given["access_token"]).status_code == 200
    clock_of(running).wait(seconds=1)
    assert call(running, given["access_token"]).status_code == 401


def test_a_replaced_refresh_token_lives_a_minute_and_then_ends_the_family(running: Site, public: Client) -> None:
    clock = clock_of(running)
    first = tokens(running, running.person(), public, scope="client.read offline_access")
    second = refreshed(running, public, first["refresh_token"]).json()
    clock.wait(seconds=59)
    third = refreshed(running, public, first["refresh_token"]).json()
    assert len({each["refresh_token"] for each in (first, second, third)}) == 3
    assert call(running, third["access_token"]).status_code == 200
    clock.wait(seconds=1)
    assert refreshed(running, public, first["refresh_token"]).json()["error"] == "invalid_grant"
    for each in (first, second, third):
        assert call(running, each["access_token"]).status_code == 401
        assert refreshed(running, public, each["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_token_lives_ninety_days_after_each_use(running: Site, public: Client) -> None:
    clock = clock_of(running)
    given = tokens(running, running.person(), public, scope="client.read offline_access")
    for _ in range(2):
        clock.wait(days=89)
        given = refreshed(running, public, given["refresh_token"]).json()
        assert call(running, given["access_token"]).status_code == 200
    clock.wait(days=90)
    assert refreshed(running, public, given["refresh_token"]).json()["error"] == "invalid_grant"


def test_refreshing_narrows_and_never_widens(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="client.read client.write offline_access")
    narrow = refreshed(running, public, given["refresh_token"], scope="client.read").json()
    assert narrow["scope"] == "client.read"
    assert call(running, narrow["access_token"], "/v2/clients").status_code == 200
    wide = refreshed(running, public, narrow["refresh_token"], scope="client.read product.read")
    assert wide.json()["error"] == "invalid_scope"
    whole = refreshed(running, public, narrow["refresh_token"]).json()
    assert whole["scope"] == "client.read client.write offline_access"


def test_two_refreshes_at_once_both_get_tokens(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="client.read offline_access")
    answers: list[httpx.Response] = []
    threads = [
        threading.Thread(target=lambda: answers.append(refreshed(running, public, given["refresh_token"])))
        for _ in range(6)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [answer.status_code for answer in answers] == [200] * 6
    assert all(call(running, answer.json()["access_token"]).status_code == 200 for answer in answers)


def test_a_member_who_is_shut_out_loses_all(running: Site, public: Client) -> None:
    given = tokens(running, running.person("admin"), public, scope="client.read offline_access")
    with running.house.works.write(running.operator) as work:
        row = oauth.access_token(work.conn, given["access_token"])
        assert row
        (email,) = [each.email for each in members.every(work) if each.id == row.member_id]
        members.disable(work, email)
    assert call(running, given["access_token"]).status_code == 401
    assert refreshed(running, public, given["refresh_token"]).json()["error"] == "invalid_grant"


# Resources, revocation, identity


def test_a_token_is_taken_only_where_it_is_for(running: Site, public: Client) -> None:
    browser = running.person()
    for_mcp = tokens(running, browser, public, resource=f"{running.url}/mcp")["access_token"]
    for_api = tokens(running, browser, public, resource=f"{running.url}/")["access_token"]
    for_none = tokens(running, browser, public)["access_token"]
    assert call_mcp(running, for_mcp).status_code == 200
    assert call(running, for_mcp).status_code == 401
    for token in (for_api, for_none):
        assert call(running, token).status_code == 200
        refused = call_mcp(running, token)
        assert refused.status_code == 401
        assert 'error="invalid_token"' in refused.headers["www-authenticate"]


def test_what_is_missing_is_said_with_where_to_get_it(running: Site) -> None:
    with running.http() as http:
        at_mcp = http.post("/mcp", json=PING, headers=MCP_HEADERS)
        at_api = http.get("/v2/clients")
        documents = {}
        for answer, scope in ((at_mcp, "client_invoice.write"), (at_api, "client.read")):
            assert answer.status_code == 401
            challenge = answer.headers["www-authenticate"]
            assert "error=" not in challenge  # RFC 6750, 3.1: nothing was sent, so nothing was wrong
            assert scope in challenge.split('scope="')[1].split('"')[0].split()
            url = challenge.split('resource_metadata="')[1].split('"')[0]
            documents[url] = http.get(url).json()
    assert documents[f"{running.url}/.well-known/oauth-protected-resource/mcp"]["resource"] == f"{running.url}/mcp"
    assert documents[f"{running.url}/.well-known/oauth-protected-resource"]["resource"] == running.url
    for document in documents.values():
        assert document["authorization_servers"] == [running.url]
        assert "offline_access" not in document["scopes_supported"]


def test_the_metadata_are_as_rfc_8414_and_the_same_at_the_other_name(running: Site) -> None:
    with running.http() as http:
        answer = http.get("/.well-known/oauth-authorization-server")
        found = answer.json()
        assert http.get("/.well-known/openid-configuration").json() == found
    assert answer.headers["content-type"] == "application/json"
    assert found["issuer"] == running.url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["authorization_response_iss_parameter_supported"] is True
    assert found["client_id_metadata_document_supported"] is True
    # Authlib wants https, which a server on loopback has not.
    https = {
        name: value.replace("http://", "https://") if isinstance(value, str) else value for name, value in found.items()
    }
    AuthorizationServerMetadata(https).validate()


def test_revoking_a_refresh_token_ends_its_family_and_an_access_token_only_itself(
    running: Site, public: Client
) -> None:
    browser = running.person()
    given = tokens(running, browser, public, scope="client.read offline_access")
    with running.http() as http:
        revoked = http.post("/oauth2/revoke", data={"client_id": public.client_id, "token": given["access_token"]})
        assert revoked.status_code == 200
        assert call(running, given["access_token"]).status_code == 401
        again = refreshed(running, public, given["refresh_token"]).json()
        sent = {"client_id": public.client_id, "token": again["refresh_token"], "token_type_hint": "refresh_token"}
        assert http.post("/oauth2/revoke", data=sent).status_code == 200
        assert http.post("/oauth2/revoke", data=sent | {"token": "never was"}).status_code == 200
    assert call(running, again["access_token"]).status_code == 401


def test_nobody_revokes_anothers_token(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="client.read offline_access")
    other, _ = running.client(is_public=True)
    static = running.organization.api_key.split(":")[1]
    with running.http() as http:
        for token in (given["access_token"], given["refresh_token"]):
            answer = http.post("/oauth2/revoke", data={"client_id": other.client_id, "token": token})
            assert answer.status_code == 400
        assert http.post("/oauth2/revoke", data={"client_id": other.client_id, "token": static}).status_code == 200
    assert call(running, given["access_token"]).status_code == 200
    with running.http(headers={"Authorization": running.organization.api_key}) as http:
        assert http.get("/v2/clients").status_code == 200


def test_deleting_the_consent_ends_the_callers_family(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="organization.read offline_access")
    assert call(running, given["access_token"], "/v2/oauth2/consents", "DELETE").status_code == 204
    assert call(running, given["access_token"], "/v2/organization").status_code == 401
    assert refreshed(running, public, given["refresh_token"]).json()["error"] == "invalid_grant"
    with running.http(headers={"Authorization": running.organization.api_key}) as http:
        assert http.delete("/v2/oauth2/consents").status_code == 403


def test_who_one_is_is_told_only_for_openid_and_signed(running: Site, public: Client) -> None:
    given = tokens(running, running.person(), public, scope="openid client.read", nonce="n-0S6")
    with running.http() as http:
        keys = KeySet.import_key_set(http.get("/oauth2/jwks").json())
    found = jwt.decode(given["id_token"], keys, algorithms=["ES256"])
    assert found.claims["iss"] == running.url
    assert found.claims["aud"] == public.client_id
    assert found.claims["nonce"] == "n-0S6"
    assert found.claims["exp"] - found.claims["iat"] == 3600


def test_a_client_of_another_organization_is_unknown(running: Site) -> None:
    other = make_organization(running.data, "FR")
    with running.house.works.write(Actor(other.id, "cli")) as work:
        client, _ = oauth.add_client(work, name="Theirs", redirect_uris=[CALLBACK], is_public=True)
    answer = running.person().get(asking(client.client_id, **Pkce().sent))
    assert answer.status_code == 400
