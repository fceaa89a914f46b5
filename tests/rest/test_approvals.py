"""Acts that cannot be taken back, by tokens that need a person's yes: over HTTP, every guarded route of a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from counterfoil.rest.api import ROUTES
from tests.plugins.repeatable import is_full_size
from tests.support.approving import GUARDED, LETTER, UNGUARDED, Person, Sent, approval_of, person_of, quote_body, sent
from tests.support.server import Api, expect

TWICE = 1_000 if is_full_size() else 100


@pytest.fixture(scope="module")
def person(fr: Api) -> Iterator[Person]:
    found = person_of(fr)
    yield found
    found.house.close()


@pytest.fixture(scope="module")
def assistant(fr: Api, person: Person) -> Iterator[httpx.Client]:
    """What an assistant holds: a token of all scopes whose acts all wait for a yes."""
    with fr.server.http(Authorization=f"Bearer {person.token('always')}") as http:
        yield http


def shown(api: Api, call: Sent) -> list[Any]:
    """What anybody can see that a guarded call would change."""
    lists = ("client_invoices", "credit_notes", "clients", "products", "quotes", "reminders", "recurring_invoices",
             "supplier_invoices")  # fmt: skip
    counts = [
        expect(api.get(f"/{name}", per_page=1, exclude_imported="false"), 200)["meta"]["total_count"] for name in lists
    ]
    parts = call.path.split("/")
    thing = api.http.get("/".join(parts[:4])).json() if len(parts) > 3 and parts[3] != "bulk" else None
    mails = api.get(f"/{parts[2]}/{parts[3]}/emails").json() if parts[-1] == "send" else None
    for volatile in ("attachment_id", "trace_id"):
        thing = _without(thing, volatile)
    return [counts, thing, mails]


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(each, name) for key, each in value.items() if key != name}
    return value


def test_each_write_is_guarded_or_said_not_to_be() -> None:
    writes = {(route.method, route.path) for route in ROUTES if route.method != "GET"}
    assert writes == GUARDED.keys() | UNGUARDED
    assert not GUARDED.keys() & UNGUARDED


@pytest.mark.parametrize(("method", "path"), list(GUARDED), ids=[" ".join(route) for route in GUARDED])
def test_a_guarded_call_does_nothing_before_its_yes_and_goes_through_once_after_it(
    fr: Api, person: Person, assistant: httpx.Client, method: str, path: str
) -> None:
    call = GUARDED[method, path](fr)
    before = shown(fr, call)
    # Asked for twice, it waits once.
    waits = approval_of(call.by(assistant))
    assert approval_of(call.by(assistant)) == waits
    assert (waits["state"], waits["url"]) == ("pending", f"{fr.server.url}/approvals/{waits['id']}")
    assert shown(fr, call) == before
    (row,) = [each for each in person.pending() if each.id == waits["id"]]
    assert json.loads(row.preview)["preview"]["needs_approval"] is True
    assert row.summary == waits["summary"]
    # With its yes it is done, once.
    person.approve(waits["id"])
    done = call.by(assistant)
    assert done.status_code in (200, 201, 204), done.text
    assert shown(fr, call) != before or path.endswith("send_by_einvoice")
    again = call.by(assistant)
    assert again.status_code in (428, 400, 404, 412, 422) or path.endswith(("/bulk", "send_by_einvoice")), again.text
    if again.status_code == 428:
        assert approval_of(again)["id"] != waits["id"]


@pytest.mark.parametrize(("method", "path"), list(GUARDED), ids=[" ".join(route) for route in GUARDED])
def test_an_api_key_is_not_asked(fr: Api, method: str, path: str) -> None:
    assert GUARDED[method, path](fr).by(fr.http).status_code in (200, 201, 204)


def test_what_is_not_guarded_needs_no_yes(fr: Api, assistant: httpx.Client) -> None:
    mine = Api(fr.server, fr.organization)
    mine.http = assistant
    draft = mine.draft()
    expect(mine.patch(f"/client_invoices/{draft['id']}", {"header": "Bonjour"}), 200)
    expect(mine.post("/quotes", quote_body(mine)), 201)
    expect(mine.patch(f"/clients/{draft['client']['id']}", {"name": "Autre"}), 200)


def test_a_refused_call_says_what_is_wrong_before_anybody_is_asked(fr: Api, assistant: httpx.Client) -> None:
    body = fr.invoice_body(status="unpaid", items=[])
    assert sent("POST", "/client_invoices", body).by(assistant).status_code == 422
    assert (
        sent("POST", "/client_invoices/01a20000-0000-7000-8000-000000000000/finalize").by(assistant).status_code == 404
    )
    issued = fr.issued()
    assert sent("DELETE", f"/client_invoices/{issued['id']}").by(assistant).status_code == 412


def test_the_summary_says_it_in_plain_words(fr: Api, assistant: httpx.Client) -> None:
    client = fr.client(name="ACME SAS", email="billing@acme.example")
    lines = [fr.item(unit_price={"value": "400.00", "currency": "EUR"})] * 3
    draft = fr.draft(client_id=client["id"], items=lines)
    told = approval_of(sent("POST", f"/client_invoices/{draft['id']}/finalize").by(assistant))["summary"]
    number = draft["number"].removesuffix("-PROFORMA")
    assert told == (
        f"Finalize the invoice for ACME SAS (billing@acme.example): 1,440.00 EUR with VAT, number {number}, 3 lines; "
        "cannot be undone"
    )


def test_what_was_declined_stays_refused(fr: Api, person: Person, assistant: httpx.Client) -> None:
    call = sent("DELETE", f"/client_invoices/{fr.draft()['id']}")
    waits = approval_of(call.by(assistant))
    person.decline(waits["id"])
    told = approval_of(call.by(assistant))
    assert (told["id"], told["state"]) == (waits["id"], "declined")
    assert fr.get(call.path.removeprefix("/v2")).status_code == 200


def test_a_yes_is_for_one_version_of_one_document_by_one_token(
    fr: Api, person: Person, assistant: httpx.Client
) -> None:
    draft, other = fr.draft(), fr.draft()
    call = sent("POST", f"/client_invoices/{draft['id']}/finalize")
    waits = approval_of(call.by(assistant))
    person.approve(waits["id"])
    # Not for another document, another token, another body,
    assert approval_of(sent("POST", f"/client_invoices/{other['id']}/finalize").by(assistant))["id"] != waits["id"]
    with fr.server.http(Authorization=f"Bearer {person.token('always')}") as stranger:
        assert approval_of(call.by(stranger))["id"] != waits["id"]
    assert approval_of(Sent(call.method, call.path, b'{"x": 1}').by(assistant))["id"] != waits["id"]
    # and not for what the draft has become since.
    expect(fr.patch(f"/client_invoices/{draft['id']}", {"header": "changed behind their back"}), 200)
    assert approval_of(call.by(assistant))["id"] != waits["id"]
    expect(fr.patch(f"/clients/{draft['client']['id']}", {"email": "evil@example.com"}), 200)
    assert approval_of(call.by(assistant))["id"] != waits["id"]
    assert fr.invoice(draft["id"])["status"] == "draft"


def test_another_spelling_of_the_same_body_is_the_same_call(fr: Api, person: Person, assistant: httpx.Client) -> None:
    path = f"/v2/client_invoices/{fr.issued()['id']}/send"
    waits = approval_of(Sent("POST", path, json.dumps(LETTER).encode()).by(assistant))
    turned = json.dumps(dict(reversed(LETTER.items())), indent=2).encode()
    person.approve(waits["id"])
    assert Sent("POST", path, turned).by(assistant).status_code == 204


def test_above_an_amount_only(fr: Api, person: Person) -> None:
    with fr.server.http(Authorization=f"Bearer {person.token('above:500')}") as http:
        small = fr.invoice_body(status="unpaid")
        large = fr.invoice_body(status="unpaid", items=[fr.item(quantity="10")])
        expect(sent("POST", "/client_invoices", small).by(http), 200)
        approval_of(sent("POST", "/client_invoices", large).by(http))
        # What has no amount is no small one.
        approval_of(sent("DELETE", f"/clients/{fr.client()['id']}").by(http))
        # Two mails and a number on one small invoice stay below.
        expect(sent("POST", "/client_invoices", small | {"send": LETTER}).by(http), 200)


def test_a_dry_run_needs_none_and_says_that_the_call_would(fr: Api, person: Person, assistant: httpx.Client) -> None:
    call = sent("POST", f"/client_invoices/{fr.draft()['id']}/finalize")
    told = expect(call.by(assistant, **{"X-Dry-Run": "true"}), 200)["preview"]
    assert told["needs_approval"] is True
    assert expect(call.by(fr.http, **{"X-Dry-Run": "true"}), 200)["preview"]["needs_approval"] is False
    assert call.path not in {row.path for row in person.pending()}


def test_one_yes_is_enough_for_create_and_send(fr: Api, person: Person, assistant: httpx.Client) -> None:
    call = sent("POST", "/client_invoices", fr.invoice_body(status="unpaid", send=LETTER))
    waits = approval_of(call.by(assistant))
    assert "a@client.example" in waits["summary"]
    assert "Create and finalize" in waits["summary"]
    person.approve(waits["id"])
    invoice = expect(call.by(assistant), 200)["client_invoice"]
    (mail,) = expect(fr.get(f"/client_invoices/{invoice['id']}/emails"), 200)["emails"]
    assert (invoice["status"], mail["send_to"]) == ("unpaid", LETTER["send_to"])


def test_create_and_send_is_all_or_nothing(fr: Api) -> None:
    count = fr.count()
    (fault,) = expect(fr.create(send=LETTER), 422)["errors"]
    assert fault["code"] == "send_without_finalize"
    assert fr.create(status="unpaid", send=LETTER | {"send_to": ["nobody"]}).status_code == 422
    assert fr.create(status="unpaid", send=LETTER | {"email_title": "a\nBcc: x@y.example"}).status_code == 422
    assert fr.create(status="unpaid", items=[], send=LETTER).status_code == 422
    assert fr.count() == count


def test_a_key_of_idempotency_is_not_used_up_by_waiting(fr: Api, person: Person, assistant: httpx.Client) -> None:
    call = sent("POST", "/client_invoices", fr.invoice_body(status="unpaid"))
    key = {"X-Qonto-Idempotency-Key": "waits"}
    person.approve(approval_of(call.by(assistant, **key))["id"])
    first, second = call.by(assistant, **key), call.by(assistant, **key)
    assert expect(first, 200) == expect(second, 200)
    assert second.headers["Idempotency-Replayed"] == "true"


def test_no_route_approves_and_no_header_does(fr: Api, person: Person, assistant: httpx.Client) -> None:
    draft = fr.draft()
    call = sent("POST", f"/client_invoices/{draft['id']}/finalize")
    waits = approval_of(call.by(assistant))
    assert not [route.path for route in ROUTES if "approv" in route.path]
    for attempt in (
        assistant.post(f"/v2/approvals/{waits['id']}", json={"state": "approved"}),
        assistant.post(f"/v2/approvals/{waits['id']}/approve"),
        assistant.post(f"/approvals/{waits['id']}", data={"decision": "approve"}),
        call.by(assistant, **{"X-Approval-Id": waits["id"], "X-Approved": "true"}),
        Sent("POST", call.path, json.dumps({"approval_id": waits["id"], "approved": True}).encode()).by(assistant),
        Sent("POST", f"{call.path}?approval_id={waits['id']}").by(assistant),
    ):
        assert attempt.status_code not in (200, 201, 204), attempt.text
    assert fr.invoice(draft["id"])["status"] == "draft"
    assert waits["id"] in {row.id for row in person.pending()}


def test_sixteen_threads_spend_one_yes_once(fr: Api, person: Person, assistant: httpx.Client) -> None:
    issued = fr.issued()
    call = sent("POST", f"/client_invoices/{issued['id']}/send", LETTER)
    person.approve(approval_of(call.by(assistant))["id"])
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: call.by(assistant).status_code, range(16)))
    assert sorted(answers) == [204, *[428] * 15]
    assert len(expect(fr.get(f"/client_invoices/{issued['id']}/emails"), 200)["emails"]) == 1


def test_a_repeated_create_is_answered_with_the_first_one(fresh: Api) -> None:
    body = fresh.invoice_body()
    window = {"X-Repeat-Window": "600"}
    first = fresh.post("/client_invoices", body, **window)
    spelled = json.dumps(dict(reversed(body.items())), indent=1).encode()
    turned = Sent("POST", "/v2/client_invoices", spelled).by(fresh.http, **window)
    assert (expect(turned, 200), turned.headers["Idempotency-Replayed"]) == (expect(first, 200), "true")
    assert turned.headers["X-Repeated-At"] >= first.json()["client_invoice"]["created_at"]
    assert "X-Repeated-At" not in first.headers
    # Without the header, with another body, or once the first was deleted, one more is made.
    expect(fresh.post("/client_invoices", body), 200)
    expect(fresh.post("/client_invoices", body | {"header": "x"}, **window), 200)
    assert fresh.count() == 3
    fresh.delete(f"/client_invoices/{first.json()['client_invoice']['id']}")
    assert "X-Repeated-At" not in fresh.post("/client_invoices", body, **window).headers
    assert fresh.count() == 3


def test_its_own_key_comes_first_and_a_window_must_be_one(fresh: Api) -> None:
    body = fresh.invoice_body()
    one = expect(fresh.post("/client_invoices", body, **{"Idempotency-Key": "1", "X-Repeat-Window": "600"}), 200)
    again = fresh.post("/client_invoices", body, **{"Idempotency-Key": "1", "X-Repeat-Window": "600"})
    assert (expect(again, 200), "X-Repeated-At" in again.headers) == (one, False)
    repeated = fresh.post("/client_invoices", body, **{"Idempotency-Key": "2", "X-Repeat-Window": "600"})
    assert (expect(repeated, 200), "X-Repeated-At" in repeated.headers) == (one, True)
    for bad in ("0", "-1", "soon", "86401", "1e9", "9" * 40):
        expect(fresh.post("/client_invoices", body, **{"X-Repeat-Window": bad}), 400)
    assert fresh.count() == 1


def test_equal_creates_at_once_make_one_document(fresh: Api) -> None:
    body = fresh.invoice_body()
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda _: fresh.post("/client_invoices", body, **{"X-Repeat-Window": "600"}), range(TWICE))
        )
    assert len({expect(answer, 200)["client_invoice"]["id"] for answer in answers}) == 1
    assert fresh.count() == 1
