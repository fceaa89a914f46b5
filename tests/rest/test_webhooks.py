"""/v2/webhook_subscriptions over HTTP: shapes, bare errors, scopes, and messages that really arrive."""

from __future__ import annotations

import hmac
import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import faults_of, listed
from tests.support.receivers import Receiver, receiver, status
from tests.support.server import Api, Organization, Server, expect, make_organization, make_token, start_server

URL = "https://example.com/hooks"
TOPICS = ("v1/client-invoices", "v1/clients", "v1/products", "v1/payment-links")
SUBSCRIPTION = schema.obj(
    {
        "id": schema.UUID, "organization_id": schema.UUID, "membership_id": schema.UUID, "callback_url": schema.TEXT,
        "types": listed(schema.one_of(TOPICS)), "secret": schema.either(schema.TEXT, schema.NULL),
        "description": schema.TEXT, "created_at": schema.TIME, "updated_at": schema.TIME,
    }
)  # fmt: skip
BASE = "/webhook_subscriptions"


def body(**more: Any) -> dict[str, Any]:
    sent = {"callback_url": URL, "types": ["v1/client-invoices"], **more}
    return {name: value for name, value in sent.items() if value is not ...}


def put(api: Api, subscription_id: str, sent: dict[str, Any]) -> httpx.Response:
    return api.http.put(f"/v2{BASE}/{subscription_id}", json=sent)


def bearer(api: Api, *scopes: str) -> Api:
    """The same organization, called with a token of these scopes."""
    other = Api(api.server, api.organization)
    other.http.headers["Authorization"] = f"Bearer {make_token(api.organization, api.server.data, *scopes)}"
    return other


def bare(answer: httpx.Response, code: int) -> dict[str, Any]:
    """The bare error, which is also the first of errors[]."""
    found = expect(answer, code)
    assert {"code", "detail"} <= found.keys()
    assert {name: found[name] for name in found["errors"][0]} == found["errors"][0]
    return found


def test_create_answers_201_with_the_bare_subscription(fresh: Api) -> None:
    made = expect(fresh.post(BASE, body(description="ERP")), 201)
    assert faults_of(SUBSCRIPTION, made) == []
    assert made["organization_id"] == fresh.organization.id
    assert made["callback_url"] == URL
    assert 32 <= len(made["secret"]) <= 128
    assert expect(fresh.get(f"{BASE}/{made['id']}"), 200) == made | {"secret": None}


def test_an_empty_description_is_left_out(fresh: Api) -> None:
    for sent in (body(), body(description=""), body(description=None)):
        assert "description" not in expect(fresh.post(BASE, sent), 201)


def test_the_list_is_called_subscriptions_and_has_pages(fresh: Api) -> None:
    made = [expect(fresh.post(BASE, body()), 201) for _ in range(3)]
    assert expect(fresh.get(BASE, per_page=2), 200) == {
        "subscriptions": [one | {"secret": None} for one in made[:0:-1]],
        "meta": {
            "current_page": 1, "next_page": 2, "prev_page": None, "total_pages": 2, "total_count": 3, "per_page": 2,
        },
    }  # fmt: skip
    assert len(expect(fresh.get(BASE, per_page=2, page=2), 200)["subscriptions"]) == 1


def test_put_changes_and_delete_removes(fresh: Api) -> None:
    made = expect(fresh.post(BASE, body()), 201)
    changed = expect(put(fresh, made["id"], body(types=["v1/clients"], description="new")), 200)
    assert (changed["types"], changed["description"], changed["secret"]) == (["v1/clients"], "new", None)
    assert fresh.delete(f"{BASE}/{made['id']}").status_code == 204
    bare(fresh.get(f"{BASE}/{made['id']}"), 404)
    bare(fresh.delete(f"{BASE}/{made['id']}"), 404)


@pytest.mark.parametrize("sent", [{}, {"types": ["v1/clients"]}, {"callback_url": ""}, {"callback_url": None}], ids=str)
def test_put_must_send_the_address_again(fresh: Api, sent: dict[str, Any]) -> None:
    made = expect(fresh.post(BASE, body()), 201)
    found = bare(put(fresh, made["id"], sent), 400)
    assert found["detail"] == "CallbackURL is missing"
    assert found["source"] == {"pointer": "/data/attributes/callback_url"}


@pytest.mark.parametrize(
    ("sent", "code", "pointer"),
    [
        (body(callback_url=...), "missing_value", "callback_url"),
        (body(callback_url="http://example.com/"), "url_not_allowed", "callback_url"),
        (body(callback_url="https://127.0.0.1/"), "url_not_allowed", "callback_url"),
        (body(callback_url="https://" + "x" * 512), "too_long", "callback_url"),
        (body(callback_url=["https://example.com/"]), "invalid_format", "callback_url"),
        (body(types=...), "missing_value", "types"),
        (body(types=[]), "invalid_format", "types"),
        (body(types=["v1/transactions"]), "not_in_list", "types/0"),
        (body(secret="short"), "invalid_format", "secret"),
        (body(secret="x" * 129), "too_long", "secret"),
        (body(description="x" * 257), "too_long", "description"),
    ],
)
def test_what_is_not_valid_is_400_and_bare(fr: Api, sent: dict[str, Any], code: str, pointer: str) -> None:
    found = bare(fr.post(BASE, sent), 400)
    assert (found["code"], found["source"]) == (code, {"pointer": f"/data/attributes/{pointer}"})
    assert found["meta"]["fix"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"null", b'"x"'])
def test_what_is_no_object_is_400_and_bare(fr: Api, content: bytes) -> None:
    answer = fr.http.post(f"/v2{BASE}", content=content, headers={"Content-Type": "application/json"})
    bare(answer, 400)


def test_nobody_known_is_401_and_bare(fr: Api) -> None:
    for call in ("GET", "POST"):
        bare(fr.server.http().request(call, f"/v2{BASE}"), 401)


def test_the_scope_webhook_is_needed_and_that_of_each_topic(fr: Api) -> None:
    assert "webhook" in bare(bearer(fr, "client_invoices.read").post(BASE, body()), 403)["detail"]
    without = bearer(fr, "webhook")
    assert bare(without.post(BASE, body()), 403)["detail"] == "missing required oauth scope: client_invoices.read"
    allowed = bearer(fr, "webhook", "client_invoices.read")
    expect(allowed.post(BASE, body()), 201)
    bare(allowed.post(BASE, body(types=["v1/clients"])), 403)


def test_who_made_a_subscription_sees_it_and_nobody_else(fresh: Api, fr: Api) -> None:
    made = expect(fresh.post(BASE, body()), 201)
    token = bearer(fresh, "webhook", "client_invoices.read")
    for other in (token, fr):
        assert made["id"] not in json.dumps(expect(other.get(BASE), 200))
        bare(other.get(f"{BASE}/{made['id']}"), 404)
        bare(put(other, made["id"], body()), 404)
        bare(other.delete(f"{BASE}/{made['id']}"), 404)
        bare(other.get(f"{BASE}/{made['id']}/deliveries"), 404)
        bare(other.post(f"{BASE}/{made['id']}/deliveries/{made['id']}/replay"), 404)


@pytest.mark.sqlite
def test_a_repeated_create_shows_the_secret_again_and_the_database_shows_it_never(fresh: Api) -> None:
    first = fresh.post(BASE, body(), **{"X-Qonto-Idempotency-Key": "webhook-1"})
    again = fresh.post(BASE, body(), **{"X-Qonto-Idempotency-Key": "webhook-1"})
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    secret = first.json()["secret"]
    with sqlite3.connect(fresh.server.data / "counterfoil.db") as conn:
        dump = "\n".join(conn.iterdump())
    assert "webhook-1" in dump
    assert secret not in dump
    assert (fresh.server.data / "secret.key").stat().st_mode & 0o077 == 0


def test_a_dry_run_subscribes_nobody(fresh: Api) -> None:
    expect(fresh.post(BASE, body(), **{"X-Dry-Run": "true"}), 201)
    assert expect(fresh.get(BASE), 200)["meta"]["total_count"] == 0


def test_deliveries_are_listed_and_filtered(fresh: Api) -> None:
    made = expect(fresh.post(BASE, body()), 201)
    invoice = fresh.draft()
    path = f"{BASE}/{made['id']}/deliveries"
    answer = expect(fresh.get(path), 200)
    (delivery,) = answer["deliveries"]
    assert answer["meta"]["total_count"] == 1
    assert delivery | {"id": "", "created_at": "", "next_attempt_at": ""} == {
        "id": "", "subscription_id": made["id"], "type": "v1/client-invoices", "event": "created",
        "document_id": invoice["id"], "status": "pending", "attempts": 0, "response_status": None, "error": "",
        "created_at": "", "last_attempt_at": "", "next_attempt_at": "", "delivered_at": "",
    }  # fmt: skip
    assert expect(fresh.get(path, **{"filter[status]": "pending,dead"}), 200)["deliveries"] == [delivery]
    assert expect(fresh.get(path, **{"filter[status]": "delivered"}), 200)["deliveries"] == []
    assert bare(fresh.get(path, **{"filter[status]": "lost"}), 400)["code"] == "not_in_list"
    replayed = expect(fresh.post(f"{path}/{delivery['id']}/replay"), 200)
    assert replayed["next_attempt_at"] > delivery["next_attempt_at"]
    assert bare(fresh.post(f"{path}/{made['id']}/replay"), 404)["source"] == {"parameter": "delivery_id"}


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that renders, mails and calls receivers on this machine too."""
    data = tmp_path_factory.mktemp("hooks")
    running = start_server(data, COUNTERFOIL_ALLOW_PRIVATE_CALLBACKS="1")
    yield running
    running.stop()


@pytest.fixture
def caller(open_server: Server) -> Api:
    return Api(open_server, make_organization(open_server.data, "FR"))


def settled(api: Api, subscription_id: str, count: int = 1) -> list[dict[str, Any]]:
    """The subscription's deliveries, once so many are delivered."""
    deadline = time.monotonic() + 30
    while True:
        found = expect(api.get(f"{BASE}/{subscription_id}/deliveries"), 200)["deliveries"]
        done: list[dict[str, Any]] = [delivery for delivery in found if delivery["status"] == "delivered"]
        if len(done) >= count:
            return done
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def verify(hooks: Receiver, secret: str) -> None:
    """As docs/api/webhooks.md tells a receiver to."""
    for received in hooks.received:
        parts = dict(part.split("=", 1) for part in received.headers["x-qonto-signature"].split(","))
        signed = hmac.new(secret.encode(), f"{parts['t']}.".encode() + received.body, sha256).hexdigest()
        assert hmac.compare_digest(signed, parts["v1"])
        assert abs(time.time() - int(parts["t"])) < 60


def test_an_invoice_that_is_paid_is_told_to_its_subscriber(caller: Api) -> None:
    with receiver() as hooks:
        made = expect(caller.post(BASE, body(callback_url=hooks.url)), 201)
        invoice = caller.issued()
        caller.act(invoice["id"], "mark_as_paid")
        settled(caller, made["id"], 2)
        verify(hooks, made["secret"])
        told = {message["id"]: message for message in (received.told for received in hooks.received)}
    created, paid = told.values()
    assert [created["data"]["status"], paid["data"]["status"]] == ["unpaid", "paid"]
    assert paid["data"]["id"] == invoice["id"]
    assert paid["data"]["invoice_url"] == invoice["invoice_url"]
    assert (paid["type"], paid["subscription_id"]) == ("v1/client-invoices", made["id"])


def test_a_replay_arrives_with_the_same_id_and_body(caller: Api) -> None:
    with receiver() as hooks:
        made = expect(caller.post(BASE, body(callback_url=hooks.url, types=["v1/clients"])), 201)
        caller.client()
        (delivery,) = settled(caller, made["id"])
        before = len(hooks.received)
        expect(caller.post(f"{BASE}/{made['id']}/deliveries/{delivery['id']}/replay"), 200)
        hooks.wait(before + 1)
        assert len({received.body for received in hooks.received}) == 1


def test_a_failure_is_visible_with_what_the_receiver_said(caller: Api) -> None:
    with receiver(status(410)) as hooks:
        made = expect(caller.post(BASE, body(callback_url=hooks.url, types=["v1/clients"])), 201)
        caller.client()
        hooks.wait(1)
        deadline = time.monotonic() + 10
        while True:
            (delivery,) = expect(caller.get(f"{BASE}/{made['id']}/deliveries"), 200)["deliveries"]
            if delivery["attempts"] or time.monotonic() > deadline:
                break
    assert delivery["status"] == "pending"
    assert delivery["attempts"] >= 1
    assert delivery["next_attempt_at"] > delivery["last_attempt_at"] > delivery["created_at"]


def test_a_server_killed_before_it_wrote_the_delivery_down_sends_it_again(tmp_path: Path) -> None:
    servers: list[Server] = []

    def kill(_connection: Any) -> None:
        servers[-1].process.send_signal(signal.SIGKILL)
        servers[-1].process.wait(10)

    environment = {"COUNTERFOIL_ALLOW_PRIVATE_CALLBACKS": "1"}
    servers.append(start_server(tmp_path, **environment))
    organization: Organization = make_organization(tmp_path, "FR")
    with receiver(status(200), kill, kill) as hooks:
        api = Api(servers[-1], organization)
        made = expect(api.post(BASE, body(callback_url=hooks.url, types=["v1/clients"])), 201)
        api.client()
        for _ in range(2):
            servers[-1].process.wait(20)
            servers.append(start_server(tmp_path, **environment))
        api = Api(servers[-1], organization)
        (delivery,) = settled(api, made["id"])
        servers[-1].stop()
        assert len(hooks.received) >= 3
        assert {received.told["id"] for received in hooks.received} == {delivery["id"]}
        assert len({received.body for received in hooks.received}) == 1
        verify(hooks, made["secret"])


@pytest.mark.sqlite
def test_a_setting_that_is_no_key_stops_the_start_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="COUNTERFOIL_SECRET_KEY holds no key of 32 bytes"):
        start_server(tmp_path, COUNTERFOIL_SECRET_KEY="too-short")


def test_many_organizations_hear_of_their_own_only(new_organization: NewOrganization) -> None:
    one, other = new_organization("FR"), new_organization("DE")
    ids = [expect(api.post(BASE, body(types=["v1/clients"])), 201)["id"] for api in (one, other)]
    client = one.client()
    assert [found["document_id"] for found in expect(one.get(f"{BASE}/{ids[0]}/deliveries"), 200)["deliveries"]] == [
        client["id"]
    ]
    assert expect(other.get(f"{BASE}/{ids[1]}/deliveries"), 200)["deliveries"] == []
