"""/sandbox: what it controls, who may, and that no other server has any of it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.responses import Response

from counterfoil.rest.sandbox import ROUTES, GuardLayer
from counterfoil.testing import Sandbox
from tests.architecture.source import ROOT
from tests.rest.test_errors import check_shape
from tests.support.server import Server, expect

UNKNOWN = "01a20000-0000-7000-8000-000000000000"
each_route = pytest.mark.parametrize("route", ROUTES, ids=[f"{each.method} {each.path}" for each in ROUTES])


@pytest.fixture
def http(counterfoil_sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client of the French organization, with paths from the server's root."""
    headers = {"Authorization": counterfoil_sandbox.api_key}
    with httpx.Client(base_url=counterfoil_sandbox.url, headers=headers, timeout=30, trust_env=False) as client:
        yield client


def company(sandbox: Sandbox, country: str = "FR") -> dict[str, Any]:
    return next(each for each in sandbox.state()["organizations"] if each["country"] == country)


def new_invoice(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    item = {"title": "Conseil", "quantity": "1", "unit_price": {"value": "1.00", "currency": "EUR"}, "vat_rate": "0.2"}
    return {
        "client_id": company(sandbox)["clients"][0]["id"], "issue_date": "2027-04-12", "due_date": "2027-05-12",
        "currency": "EUR", "items": [item], **more,
    }  # fmt: skip


# What is there


@pytest.mark.parametrize("country", ["FR", "DE", "IT", "ES"])
def test_what_it_says_is_there_is_there(counterfoil_sandbox: Sandbox, country: str) -> None:
    seeded = company(counterfoil_sandbox, country)
    lists = {"clients", "products", "client_invoices", "credit_notes", "quotes", "supplier_invoices"}
    assert lists <= seeded.keys()
    headers = {"Authorization": f"{seeded['login']}:{seeded['secret_key']}"}
    with httpx.Client(base_url=counterfoil_sandbox.api_url, headers=headers, timeout=30, trust_env=False) as api:
        for name in sorted(lists):
            assert seeded[name], name
            found = {each["id"] for each in expect(api.get(f"/{name}"), 200)[name]}
            assert found == {each["id"] for each in seeded[name]}
            for each in seeded[name]:
                assert api.get(f"/{name}/{each['id']}").status_code == 200
    states = {each["status"] for each in seeded["client_invoices"]}
    assert states == {"draft", "unpaid", "paid", "canceled"}
    assert any(each["status"] == "unpaid" and each["due_date"] < "2027-04-12" for each in seeded["client_invoices"])


def test_a_token_may_read_only(counterfoil_sandbox: Sandbox) -> None:
    headers = {"Authorization": f"Bearer {company(counterfoil_sandbox)['read_only_token']}"}
    with httpx.Client(base_url=counterfoil_sandbox.api_url, headers=headers, trust_env=False) as api:
        assert api.get("/clients").status_code == 200
        assert api.post("/clients", json={}).status_code == 403


def test_a_specimen_stays_one(http: httpx.Client) -> None:
    refused = http.patch("/v2/organization", json={"is_specimen": False})
    assert expect(refused, 422)["errors"][0]["code"] == "read_only"


# Who may


@each_route
def test_a_server_that_is_no_sandbox_has_none_of_it(server: Server, route: Any) -> None:
    with server.http() as http:
        answer = http.request(route.method, route.path.replace("{id}", "1"), json={})
        assert answer.status_code == 404
        assert not [path for path in http.get("/openapi.json").json()["paths"] if "sandbox" in path]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://elsewhere.example"}, {"Host": "rebound.example"}, {"X-Forwarded-For": "203.0.113.7"},
     {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}],
    ids=str,
)  # fmt: skip
def test_a_page_or_a_proxy_controls_nothing(counterfoil_sandbox: Sandbox, headers: dict[str, str]) -> None:
    url = f"{counterfoil_sandbox.url}/sandbox"
    answer = httpx.post(f"{url}/reset", headers=headers, trust_env=False)
    assert answer.status_code == 403
    check_shape(answer)
    assert httpx.get(url, headers={"Origin": counterfoil_sandbox.url}, trust_env=False).status_code == 200


@pytest.mark.parametrize(("is_open", "status"), [(False, 403), (True, 200)])
def test_others_are_let_in_only_by_a_sandbox_that_listens_to_them(is_open: bool, status: int) -> None:
    async def served(scope: Any, receive: Any, send: Any) -> None:
        await Response("served")(scope, receive, send)

    async def get(**headers: str) -> int:
        transport = httpx.ASGITransport(GuardLayer(served, is_open=is_open), client=("172.17.0.3", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://counterfoil:8642") as http:
            return (await http.get("/sandbox", headers=headers)).status_code

    assert asyncio.run(get()) == status
    assert asyncio.run(get(Origin="https://elsewhere.example")) == 403


@each_route
def test_every_control_is_documented_and_described(counterfoil_sandbox: Sandbox, route: Any) -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if f"| `{route.path}` |" in line]
    assert any(f"`{route.method}`" in row for row in rows)
    paths = httpx.get(f"{counterfoil_sandbox.url}/openapi.json", trust_env=False).json()["paths"]
    assert paths[route.path][route.method.lower()]["summary"] == route.handler.__doc__


def test_the_description_is_valid_with_the_controls_in_it(counterfoil_sandbox: Sandbox) -> None:
    document = httpx.get(f"{counterfoil_sandbox.url}/openapi.json", trust_env=False).json()
    named = [operation["operationId"] for methods in document["paths"].values() for operation in methods.values()]
    assert len(named) == len(set(named))
    assert httpx.get(f"{counterfoil_sandbox.url}/docs", trust_env=False).status_code == 200
    # the rest of it is checked where there is no sandbox
    ours = {path: methods for path, methods in document["paths"].items() if path.startswith("/sandbox")}
    schemas = {"Errors": document["components"]["schemas"]["Errors"]}
    alone = {**document, "paths": ours, "components": {"schemas": schemas}, "security": []}
    assert list(OpenAPIV31SpecValidator(alone).iter_errors()) == []


def test_every_switch_is_documented(counterfoil_sandbox: Sandbox) -> None:
    page = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    switches = set(counterfoil_sandbox.state()["faithful"])
    assert set(re.findall(r"^\| `(\w+)` \|", page.split("## Faithful switches")[1], re.MULTILINE)) == switches


# Clock and jobs


def test_the_clock_is_set_and_everything_reads_it(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.set_clock("2028-02-29T00:30:00+01:00")
    client = expect(http.post("/v2/clients", json={"kind": "company", "name": "Bissextile"}), 200)["client"]
    assert client["created_at"][:13] == "2028-02-28T23"
    issued = http.post("/v2/client_invoices", json=new_invoice(counterfoil_sandbox, issue_date="2028-02-29",
                                                               due_date="2028-03-30"))  # fmt: skip
    made = expect(issued, 200)["client_invoice"]
    paid = http.post(f"/v2/client_invoices/{made['id']}/mark_as_paid")
    assert expect(paid, 200)["client_invoice"]["paid_at"][:10] in ("2028-02-28", "2028-02-29")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/clock", {}), ("/clock", {"now": "2028-01-01T00:00:00"}), ("/clock", {"now": "soon"}),
        ("/clock", {"now": "2201-01-01T00:00:00Z"}), ("/clock", {"now": "1969-12-31T00:00:00Z"}),
        ("/clock/advance", {"days": -1}), ("/clock/advance", {"days": 100_000}), ("/clock/advance", {"weeks": 1}),
        ("/drain", {"timeout_seconds": 0}), ("/faults", {}), ("/faults", {"kind": "fire"}),
        ("/faults", {"kind": "status", "status": 200}), ("/faults", {"kind": "reset", "path": "/sandbox/reset"}),
        ("/faults", {"kind": "cut", "count": 0}), ("/faithful", {"everything": True, "more": True}),
        ("/faithful", {"pdf_delay_seconds": -1}), ("/faithful", {"quote_envelope": "none"}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_422(counterfoil_sandbox: Sandbox, http: httpx.Client, path: str, body: object) -> None:
    method = "PUT" if path == "/faithful" else "POST"
    answer = http.request(method, f"/sandbox{path}", json=body)
    assert answer.status_code == 422, answer.text
    check_shape(answer)
    assert counterfoil_sandbox.state()["faults"] == []


def test_a_body_that_is_no_json_is_400(http: httpx.Client) -> None:
    assert http.post("/sandbox/faults", content=b"{").status_code == 400


def test_drain_says_what_was_done(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    body = new_invoice(counterfoil_sandbox, status="draft")
    draft = expect(http.post("/v2/client_invoices", json=body), 200)["client_invoice"]
    assert "attachment_id" not in draft
    done = counterfoil_sandbox.drain()
    assert (done["is_idle"], done["waiting"], done["failed"]) == (True, {}, {})
    assert done["done"] == {"render": 1}
    shown = expect(http.get(f"/v2/client_invoices/{draft['id']}"), 200)["client_invoice"]
    assert shown["attachment_id"]
    assert counterfoil_sandbox.drain()["done"] == {}


def test_drain_gives_up_in_time(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    # given a client who cuts every delivery, so that something is always due
    counterfoil_sandbox.faithful(pdf_delay_seconds=1)
    http.post("/v2/client_invoices", json=new_invoice(counterfoil_sandbox))
    start = time.monotonic()
    drained = counterfoil_sandbox.drain(timeout_seconds=1)
    assert time.monotonic() - start < 5
    assert drained["is_idle"] in (True, False)


def test_caught_mail_is_json(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    invoice = next(each for each in company(counterfoil_sandbox)["client_invoices"] if each["status"] == "unpaid")
    letter = {"send_to": ["a@acme.example", "b@acme.example"], "email_title": "Ihre Rechnung № 1",
              "email_body": "Grüße", "copy_to_self": False}  # fmt: skip
    assert http.post(f"/v2/client_invoices/{invoice['id']}/send", json=letter).status_code == 204
    assert counterfoil_sandbox.drain()["done"] == {"send_email": 1}
    (mail,) = counterfoil_sandbox.emails()
    assert mail["subject"] == "Ihre Rechnung № 1"
    assert "a@acme.example" in mail["to"]
    assert "Grüße" in mail["text"]
    assert [each["content_type"] for each in mail["attachments"]] == ["application/pdf"]
    assert expect(http.delete("/sandbox/emails"), 200) == {"removed": 1}
    assert counterfoil_sandbox.emails() == []


# Reset


def test_a_reset_is_sooner_done_than_thirty_calls(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    resets, calls = [], []
    for _ in range(3):
        start = time.monotonic()
        for _ in range(30):
            expect(http.post("/v2/client_invoices", json=new_invoice(counterfoil_sandbox)), 200)
        calls.append(time.monotonic() - start)
        start = time.monotonic()
        counterfoil_sandbox.reset()
        resets.append(time.monotonic() - start)
    assert min(resets) < min(calls)
    assert counterfoil_sandbox.state()["jobs"] == {}


def test_requests_come_wholly_before_or_wholly_after_a_reset(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    # given four clients who issue invoices all the time
    before = expect(http.get("/v2/client_invoices"), 200)
    body = new_invoice(counterfoil_sandbox)
    is_over = threading.Event()
    strange: list[str] = []

    def write() -> None:
        while not is_over.is_set():
            answer = http.post("/v2/client_invoices", json=body)
            listed = http.get("/v2/client_invoices", params={"per_page": 5})
            strange.extend(each.text for each in (answer, listed) if each.status_code != 200)

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    # when it is reset meanwhile
    for _ in range(10):
        time.sleep(0.05)
        counterfoil_sandbox.reset()
    is_over.set()
    for thread in threads:
        thread.join()
    counterfoil_sandbox.reset()
    # then nobody saw half of it, and it is as it was
    assert strange == []
    assert expect(http.get("/v2/client_invoices"), 200) == before
    assert counterfoil_sandbox.drain()["is_idle"] is True
    assert expect(http.get("/v2/client_invoices"), 200) == before
    numbers = [http.post("/v2/client_invoices", json=body).json()["client_invoice"]["number"] for _ in range(3)]
    assert numbers == ["F-2027-006", "F-2027-007", "F-2027-008"]


def test_keys_used_before_a_reset_are_free_after_it(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    key = {"X-Qonto-Idempotency-Key": "once"}
    for name in ("Eins", "Zwei"):
        made = http.post("/v2/clients", json={"kind": "company", "name": name}, headers=key)
        assert expect(made, 200)["client"]["name"] == name
        counterfoil_sandbox.reset()


# Faithful switches


def test_switches_are_set_as_a_whole(counterfoil_sandbox: Sandbox) -> None:
    off = counterfoil_sandbox.state()["faithful"]
    on = counterfoil_sandbox.faithful(everything=True, pdf_delay_seconds=3, require_staging_token=False)["faithful"]
    assert (on["pdf_delay_seconds"], on["idempotency_minutes"], on["require_staging_token"]) == (3, 30, False)
    assert [on["oauth_only"], on["invoice_create_refused"]] == [False, False]
    assert counterfoil_sandbox.faithful(oauth_only=True)["faithful"] == off | {"oauth_only": True}
    counterfoil_sandbox.reset()
    assert counterfoil_sandbox.state()["faithful"] == off


def test_pdfs_come_later_and_quotes_refuse_a_patch_until_then(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(pdf_delay_seconds=10, quote_patch_412=True)
    body = new_invoice(counterfoil_sandbox, expiry_date="2027-05-12", terms_and_conditions="30 days")
    quote = expect(http.post("/v2/quotes", json=body), 201)["quote"]
    assert counterfoil_sandbox.drain()["waiting"] == {"render": 1}
    refused = http.patch(f"/v2/quotes/{quote['id']}", json={"header": "x"})
    assert expect(refused, 412)["errors"][0]["code"] == "quote_has_no_attachment"
    counterfoil_sandbox.advance(seconds=11)
    assert http.patch(f"/v2/quotes/{quote['id']}", json={"header": "x"}).status_code == 200
    assert http.patch(f"/v2/quotes/{UNKNOWN}", json={"header": "x"}).status_code == 404


def test_a_key_replays_whatever_the_body_and_for_half_an_hour(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(idempotency_minutes=30, idempotency_replays_any_body=True)

    def create(name: str) -> str:
        headers = {"X-Qonto-Idempotency-Key": "same"}
        return str(
            http.post("/v2/clients", json={"kind": "company", "name": name}, headers=headers).json()["client"]["name"]
        )

    assert [create("Eins"), create("Zwei")] == ["Eins", "Eins"]
    counterfoil_sandbox.advance(minutes=31)
    assert create("Drei") == "Drei"


def test_without_a_staging_token_a_client_meets_a_web_page(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(require_staging_token=True)
    redirected = http.get("/v2/clients")
    assert redirected.status_code == 302
    followed = http.get("/v2/clients", follow_redirects=True)
    assert followed.status_code == 200
    assert followed.headers["content-type"].startswith("text/html")
    assert http.get("/v2/clients", headers={"X-Qonto-Staging-Token": "any"}).json()["clients"]


def test_limits_hold_on_this_machine_too(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(rate_limits=True)
    headers = {"Authorization": "nobody:knows"}
    statuses = [http.get("/v2/clients", headers=headers).status_code for _ in range(202)]
    assert statuses == [401] * 200 + [429] * 2
    counterfoil_sandbox.reset()
    assert http.get("/v2/clients", headers=headers).status_code == 401


def test_answers_lack_what_they_lack_there(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    seeded = company(counterfoil_sandbox)
    quote, note = (f"/v2/{kind}/{seeded[kind][0]['id']}" for kind in ("quotes", "credit_notes"))
    both = http.get(quote).json()
    assert both["quote"]["attachment_id"]
    assert both["id"] == both["quote"]["id"]
    counterfoil_sandbox.faithful(
        attachment_id_late=True, quote_envelope="bare", credit_note_as_seen=True, empty_items_null=True,
        product_get_404=True, oauth_only=False,
    )  # fmt: skip
    assert "quote" not in http.get(quote).json()
    assert "attachment_id" not in http.patch(quote, json={"header": "x"}).json()
    assert http.get(quote).json()["attachment_id"]
    seen = http.get(note).json()["credit_note"]
    assert seen["Invoice_issue_date"]
    assert not {"invoice_issue_date", "header", "client", "invoice_url"} & seen.keys()
    draft = http.post("/v2/client_invoices", json=new_invoice(counterfoil_sandbox, status="draft", items=[])).json()
    assert draft["client_invoice"]["items"] is None
    assert http.get(f"/v2/products/{seeded['products'][0]['id']}").status_code == 404
    counterfoil_sandbox.faithful(quote_envelope="wrapped")
    assert list(http.get(quote).json()) == ["quote"]
    assert http.get("/v2/quotes").json()["quotes"]


def test_refusals_of_the_other_sandbox(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(oauth_only=True, invoice_create_refused=True)
    token = {"Authorization": f"Bearer {company(counterfoil_sandbox)['read_only_token']}"}
    for path in ("/v2/quotes", "/v2/webhook_subscriptions", "/v2/einvoicing/settings"):
        check_shape(refused := http.get(path))
        assert refused.status_code == 403
        assert http.get(path, headers=token).status_code in (200, 403)
    assert http.get("/v2/quotes", headers=token).status_code == 200
    refused = http.post("/v2/client_invoices", json=new_invoice(counterfoil_sandbox))
    assert expect(refused, 422)["errors"][0]["code"] == "invalid_iban"


def test_edited_answers_are_whole(counterfoil_sandbox: Sandbox, http: httpx.Client) -> None:
    counterfoil_sandbox.faithful(empty_items_null=True)
    answer = http.get("/v2/client_invoices")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert json.loads(answer.content)["client_invoices"]
