"""An application in this process, called without a socket."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from counterfoil.sdk import ApiError, AsyncClient
from counterfoil.sdk.asgi import AsgiSend
from counterfoil.sdk.build import build_get_client, build_list_clients, build_update_client
from counterfoil.sdk.wire import Request

trace: ContextVar[str] = ContextVar("trace", default="outer")


class Recorder:
    """An application that answers one thing and remembers what it was asked."""

    def __init__(self, status: int = 200, body: bytes = b'{"client": {"id": "1"}}') -> None:
        self.scope: dict[str, Any] = {}
        self.body = b""
        self._answer = (status, body)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        trace.set("inner")
        self.scope = scope
        self.body = (await receive())["body"]
        status, body = self._answer
        await send({"type": "http.response.start", "status": status, "headers": [(b"X-Name", b"value")]})
        await send({"type": "http.response.body", "body": body[:5], "more_body": True})
        await send({"type": "http.response.body", "body": body[5:]})


def send(app: Any, request: Request[Any], **scope: Any) -> Any:
    return asyncio.run(AsyncClient(AsgiSend(app, scope=scope)).do(request))


def test_the_request_arrives_as_over_http() -> None:
    app = Recorder()
    found = send(app, build_update_client("a/b", {"name": "É"}, idempotency_key="k"))
    assert found == {"id": "1"}
    assert (app.scope["method"], app.scope["path"]) == ("PATCH", "/v2/clients/a/b")
    assert app.scope["raw_path"] == b"/v2/clients/a%2Fb"
    headers = dict(app.scope["headers"])
    assert headers[b"x-qonto-idempotency-key"] == b"k"
    assert headers[b"content-type"] == b"application/json"
    assert int(headers[b"content-length"]) == len(app.body)
    assert app.body == '{"name": "É"}'.encode()


def test_the_query_is_encoded() -> None:
    app = Recorder(body=b'{"clients": []}')
    send(app, build_list_clients(name="É &"))
    assert app.scope["query_string"] == b"filter%5Bname%5D=%C3%89+%26&page=1&per_page=100"


def test_keys_of_the_scope_are_handed_on() -> None:
    app = Recorder()
    send(app, build_get_client("1"), **{"counterfoil.actor": "somebody"})
    assert app.scope["counterfoil.actor"] == "somebody"


def test_a_refusal_is_raised_as_over_http() -> None:
    body = b'{"errors": [{"code": "not_found", "detail": "no"}]}'
    with pytest.raises(ApiError, match="not_found"):
        send(Recorder(404, body), build_get_client("1"))


def test_a_bug_of_the_application_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(_scope: Any, _receive: Any, _send: Any) -> None:
        raise RuntimeError("inside")

    with pytest.raises(ApiError) as caught:
        send(broken, build_get_client("1"))
    assert caught.value.status == 500
    assert "inside" not in str(caught.value)
    assert "inside" in caplog.text


def test_context_variables_of_the_application_do_not_leak_out() -> None:
    async def scenario() -> str:
        await AsyncClient(AsgiSend(Recorder())).get_client("1")
        return trace.get()

    assert asyncio.run(scenario()) == "outer"


def test_giving_up_the_call_gives_up_the_work() -> None:
    ended: list[str] = []

    async def slow(_scope: Any, _receive: Any, _send: Any) -> None:
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            ended.append("canceled")
            raise

    async def scenario() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(AsyncClient(AsgiSend(slow)).get_client("1"), 0.05)

    asyncio.run(scenario())
    assert ended == ["canceled"]
