"""Calls within this process: the same answers as through the whole application."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import House, create_app
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.operations.work import Actor
from counterfoil.rest.calls import ACTOR_KEY
from counterfoil.rest.direct import Direct
from counterfoil.sdk.asgi import AsgiSend
from counterfoil.sdk.wire import Answer, Request
from counterfoil.settings import Settings
from tests.support import databases
from tests.support.server import make_organization

ID = "01a20000-0000-7000-8000-000000000000"
CALLS = (
    ("GET", "/v2/client_invoices", None),
    ("GET", f"/v2/client_invoices/{ID}", None),
    ("POST", f"/v2/client_invoices/{ID}/finalize", None),
    ("POST", "/v2/clients", {"kind": "company"}),
    ("PATCH", f"/v2/clients/{ID}", {"name": "x"}),
    ("DELETE", "/v2/client_invoices", None),
    ("PUT", f"/v2/clients/{ID}", None),
    ("GET", "/v2/no_such_thing", None),
    ("GET", "/v2/", None),
    ("GET", "/healthz", None),
)


@pytest.fixture(scope="module")
def sends(tmp_path_factory: pytest.TempPathFactory) -> Any:
    data: Path = tmp_path_factory.mktemp("direct")
    organization_id = make_organization(data, "FR").id
    house = House(Settings(data=data, **databases.settings_of(data)))
    app = create_app(house)
    scope = {ACTOR_KEY: Actor(organization_id, "test", ALL_SCOPES)}
    yield AsgiSend(app, scope=scope), AsgiSend(Direct(app), scope=scope)
    house.close()


@pytest.mark.parametrize(("method", "path", "body"), CALLS, ids=[f"{call[0]} {call[1]}" for call in CALLS])
def test_each_call_is_answered_alike(sends: Any, method: str, path: str, body: dict[str, Any] | None) -> None:
    request: Request[Any] = Request(method, path, lambda found: found, json=body)

    async def both() -> tuple[Answer, Answer]:
        whole, direct = sends
        return await whole(request), await direct(request)

    whole, direct = asyncio.run(both())
    assert direct.status == whole.status
    assert _without_trace(direct.body) == _without_trace(whole.body)


def _without_trace(body: bytes) -> bytes:
    return body.split(b'"trace_id"')[0]
