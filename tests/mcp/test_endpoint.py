"""/mcp of a running server, as programs without an MCP library would ask it."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.mcp.connecting import ERAS, over_http, run
from tests.mcp.test_server import NAMES
from tests.support.server import Api, Server, command, expect, make_organization, start_server

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
MODERN = "2026-07-28"
META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
}


def ask(api: Api, method: str, params: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
    """One request of the newer era: no session, all in the request itself."""
    sent = {"jsonrpc": "2.0", "id": 7, "method": method, "params": {**(params or {}), "_meta": META}}
    name = {"Mcp-Name": params["name"]} if params and "name" in params else {}
    fixed = {
        "Accept": "application/json, text/event-stream", "MCP-Protocol-Version": MODERN, "Mcp-Method": method, **name
    }  # fmt: skip
    return api.http.post("/mcp", json=sent, headers=fixed | headers)


def plain(server: Server, authorization: str | None = None, **headers: str) -> httpx.Response:
    """tools/list of the older era, without a session."""
    accept = {"Accept": "application/json, text/event-stream"}
    known = {"Authorization": authorization} if authorization else {}
    with server.http() as http:
        return http.post("/mcp", json=LIST, headers={**accept, **known, **headers})


def test_tools_are_listed_and_called_without_a_session(fr: Api) -> None:
    listed = expect(ask(fr, "tools/list"), 200)["result"]
    assert [tool["name"] for tool in listed["tools"]] == NAMES
    assert listed["ttlMs"] > 0
    assert listed["cacheScope"] == "private"
    called = expect(ask(fr, "tools/call", {"name": "get_organization", "arguments": {}}), 200)["result"]
    assert called["structuredContent"]["organization"]["id"] == fr.organization.id
    assert json.loads(called["content"][0]["text"]) == called["structuredContent"]
    assert called["resultType"] == "complete"


def test_the_older_era_needs_no_session_either(fr: Api) -> None:
    answer = plain(fr.server, fr.organization.api_key)
    assert answer.headers["content-type"].startswith("application/json")
    assert "mcp-session-id" not in answer.headers
    assert [tool["name"] for tool in expect(answer, 200)["result"]["tools"]] == NAMES


@pytest.mark.parametrize("era", ERAS)
def test_the_real_client_calls_in_both_eras(fr: Api, era: str) -> None:
    async def scenario() -> str:
        async with over_http(fr.server, fr.organization.api_key, era) as assistant:
            answer = await assistant.ask("get_organization")
            return str(answer["organization"]["id"])

    assert run(scenario) == fr.organization.id


def test_login_and_secret_or_a_bearer_token(fr: Api) -> None:
    secret = fr.organization.api_key.partition(":")[2]
    assert plain(fr.server, fr.organization.api_key).status_code == 200
    assert plain(fr.server, f"Bearer {fr.organization.api_key}").status_code == 200
    assert plain(fr.server, f"{fr.organization.slug}:{secret}x").status_code == 401


@pytest.mark.parametrize("authorization", [None, "Bearer nothing", "a:b"])
def test_without_a_known_key_nothing_is_shown(server: Server, authorization: str | None) -> None:
    answer = plain(server, authorization)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["errors"][0]["code"] == "unauthorized"


def test_a_token_that_another_process_revoked_is_unknown_at_once(tmp_path: Path) -> None:
    make_organization(tmp_path, "FR")
    server = start_server(tmp_path, "--no-jobs")
    try:
        for _ in range(3):
            made = json.loads(terminal(tmp_path, "token", "create", "--json"))
            bearer = f"Bearer {made['token']}"
            assert {plain(server, bearer).status_code for _ in range(3)} == {200}
            terminal(tmp_path, "token", "revoke", made["id"])
            assert plain(server, bearer).status_code == 401
    finally:
        server.stop()


def terminal(data: Path, *typed: str) -> str:
    """What a command on the directory prints."""
    return command(*typed, "--data", str(data)).stdout


def test_another_organizations_invoice_is_not_there(fr: Api, fresh: Api) -> None:
    theirs = fresh.draft()["id"]
    answer = ask(fr, "tools/call", {"name": "get_client_invoice", "arguments": {"id": theirs}}).json()["result"]
    assert answer["isError"] is True
    assert answer["structuredContent"]["code"] == "not_found"


def test_a_page_of_another_site_is_refused_before_its_key_is_looked_at(fr: Api) -> None:
    key = fr.organization.api_key
    assert plain(fr.server, key, Origin="http://evil.example").status_code == 403
    assert plain(fr.server, key, Host="evil.example").status_code == 421
    assert plain(fr.server, key, Origin="http://localhost:6274").status_code == 200


def test_there_are_no_sessions_to_open_or_end(fr: Api) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = fr.http.request(method, "/mcp")
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_an_unknown_version_and_an_unknown_method_are_told(fr: Api) -> None:
    answer = ask(fr, "tools/list", **{"MCP-Protocol-Version": "2031-01-01"})
    assert (answer.status_code, answer.json()["error"]["code"] < 0) == (400, True)
    assert ask(fr, "no/such").status_code == 404


def test_broken_json_is_no_crash(fr: Api) -> None:
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    answer = fr.http.post("/mcp", content=b"{", headers=headers)
    assert answer.status_code == 400


def test_spaces_around_a_header_are_no_part_of_it(fr: Api) -> None:
    called = {"name": "get_organization", "arguments": {}}
    body = json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {**called, "_meta": META}})
    host, port = fr.server.url.removeprefix("http://").split(":")
    # a plain socket, as HTTP clients tidy what they send
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            f"POST /mcp HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: {fr.organization.api_key}\r\n"
            f"Content-Type: application/json\r\nAccept: application/json\r\nMCP-Protocol-Version: {MODERN}\r\n"
            f"Mcp-Method: tools/call\r\nMcp-Name:  get_organization \t\r\nContent-Length: {len(body)}\r\n"
            f"Connection: close\r\n\r\n{body}".encode()
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 200")


def test_the_scope_key_cannot_come_over_the_network(server: Server) -> None:
    answer = plain(server, None, **{"counterfoil.actor": "x", "Counterfoil-Actor": "x"})
    assert answer.status_code == 401


def test_many_calls_at_once_are_all_answered(fresh: Api) -> None:
    draft = fresh.draft()["id"]

    def call(_number: int) -> str:
        answer = ask(fresh, "tools/call", {"name": "get_client_invoice", "arguments": {"id": draft}})
        return str(expect(answer, 200)["result"]["structuredContent"]["client_invoice"]["id"])

    with ThreadPoolExecutor(60) as pool:
        assert set(pool.map(call, range(120))) == {draft}


def test_starting_the_server_does_not_import_the_mcp_library() -> None:
    code = "import sys, counterfoil.app; sys.exit('mcp' in sys.modules or 'httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_first_calls_that_come_together_build_it_once(tmp_path: Path) -> None:
    organization = make_organization(tmp_path, "FR")
    server = start_server(tmp_path, "--no-jobs")
    try:
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda _: plain(server, organization.api_key), range(12)))
    finally:
        server.stop()
    assert {answer.status_code for answer in answers} == {200}
    assert server.process.returncode in (0, -15)
    assert "Traceback" not in server.log
