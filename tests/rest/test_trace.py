"""Each answer has a trace id, the same in its header, in its errors and in the log; what was never routed too."""

from __future__ import annotations

import re
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from counterfoil.rest import trace
from tests.rest.test_errors import UNKNOWN, check_shape
from tests.support.server import Api, Server, expect

HEADER = "X-Tyk-Trace-Id"
FORM = re.compile(r"[0-9a-f]{32}")
GIVEN = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_every_answer_has_one_of_its_own(fr: Api, server: Server) -> None:
    with server.http() as http:
        answers = [
            fr.get("/client_invoices"), fr.get("/clients/nothing"), fr.post("/clients", {}), http.get("/v2/clients"),
            http.get("/"), http.get("/i/no-such-token-at-all"), http.get("/healthz"), http.get("/openapi.json"),
            http.get("/nothing"), http.post("/mcp", json={}), http.get("/mcp"), fr.http.put("/v2/clients"),
        ]  # fmt: skip
    ids = [answer.headers.get_list(HEADER) for answer in answers]
    assert all(len(found) == 1 and FORM.fullmatch(found[0]) for found in ids)
    assert len({found[0] for found in ids}) == len(answers)


def test_a_replayed_answer_has_a_new_one(fresh: Api) -> None:
    body, headers = fresh.client_body(), {"Idempotency-Key": "once"}
    first, second = (fresh.post("/clients", body, **headers) for _ in range(2))
    assert first.content == second.content
    assert first.headers[HEADER] != second.headers[HEADER]


def test_a_caller_who_traces_finds_his_own(fr: Api) -> None:
    answer = fr.http.get(f"/v2/clients/{UNKNOWN}", headers={"traceparent": f"00-{GIVEN}-00f067aa0ba902b7-01"})
    assert check_shape(answer)["trace_id"] == answer.headers[HEADER] == GIVEN


@pytest.mark.parametrize(
    "value",
    ["", "x", GIVEN, f"00-{GIVEN}-00f067aa0ba902b7", f"ff-{GIVEN}-00f067aa0ba902b7-01",
     f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{GIVEN}-{'0' * 16}-01", f"00-{GIVEN.upper()}-00f067aa0ba902b7-01",
     f"00-{GIVEN}-00f067aa0ba902b7-01\n"],
)  # fmt: skip
def test_a_traceparent_that_is_none_is_ignored(value: str) -> None:
    found = trace.begin(value.encode()).trace_id
    assert FORM.fullmatch(found)
    assert found != GIVEN


def raw(server: Server, request: bytes) -> httpx.Response:
    """What the server says to these bytes."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as peer:
        peer.sendall(request)
        data = b""
        while part := peer.recv(65_536):
            data += part
    head, _, body = data.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = [tuple(line.split(": ", 1)) for line in lines]
    return httpx.Response(int(status.split()[1]), headers=headers, content=body)


@pytest.mark.parametrize(
    "request_bytes",
    [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", b"GET /v2/clients HTTP/1.1\r\nHost a\r\n\r\n",
     b"POST /v2/clients HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", b"GET /v2/\xff HTTP/1.1\r\nHost: a\r\n\r\n"],
)  # fmt: skip
def test_what_is_no_http_gets_the_envelope(server: Server, request_bytes: bytes) -> None:
    answer = raw(server, request_bytes)
    assert answer.status_code == 400
    assert check_shape(answer)["errors"][0]["code"] == "bad_request"


def test_a_body_that_is_announced_too_large_gets_the_envelope(server: Server) -> None:
    request = b"POST /v2/clients HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n"
    answer = raw(server, request)
    assert answer.status_code == 413
    check_shape(answer)


def test_a_tool_of_mcp_and_the_call_that_it_makes_are_one_exchange(fr: Api) -> None:
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "get_client_invoice", "arguments": {"id": UNKNOWN}}}  # fmt: skip
    headers = {"Accept": "application/json", "traceparent": f"00-{GIVEN}-00f067aa0ba902b7-01"}
    answer = fr.http.post("/mcp", json=call, headers=headers)
    assert expect(answer, 200)["result"]["isError"] is True
    assert answer.headers[HEADER] == GIVEN
