"""What tokens are good for: how long, where, and until who says otherwise."""

from __future__ import annotations

import json
import threading

import httpx
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from joserfc import jwt
from joserfc.jwk import KeySet

from counterfoil.domain.oauth import Client
from counterfoil.operations import members, oauth
from counterfoil.operations.work import Actor
from counterfoil.store import journal
from tests.support.oauth import (
    CALLBACK,
    MCP_HEADERS,
    PING,
    Pkce,
    Site,
    asking,
    call,
    call_mcp,
    clock_of,
    code_of,
    exchanged,
    refreshed,
    tokens,
)
from tests.support.server import make_organization

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
    with running.house.works.read(running.operator) as work:
        *_, journaled = journal.entries(work.conn, work.organization_id)
    assert (journaled.type, json.loads(journaled.data)["reason"]) == ("oauth_revoked", "consent_withdrawn")
    assert journaled.client == f"api {public.client_id}"


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
