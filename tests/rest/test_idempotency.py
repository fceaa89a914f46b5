"""A repeated request: the first success is given again, a failure is not, and two at once make one."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.server import Api, expect, make_token

HEADERS = ["X-Qonto-Idempotency-Key", "Idempotency-Key"]
both_headers = pytest.mark.parametrize("header", HEADERS)


def key() -> str:
    return str(uuid.uuid4())


@both_headers
def test_the_first_success_is_given_again(fresh: Api, header: str) -> None:
    body, headers = fresh.invoice_body(status="unpaid"), {header: key()}
    first = fresh.post("/client_invoices", body, **headers)
    second = fresh.post("/client_invoices", body, **headers)
    assert (first.status_code, first.content) == (second.status_code, second.content) == (200, first.content)
    assert second.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert fresh.count() == 1


def test_both_headers_are_one_key(fresh: Api) -> None:
    body, same = fresh.invoice_body(), key()
    answers = [fresh.post("/client_invoices", body, **{header: same}) for header in HEADERS]
    assert answers[0].content == answers[1].content
    assert fresh.count() == 1


def test_a_failure_is_not_frozen(fresh: Api) -> None:
    client = fresh.client(currency=...)
    body, headers = fresh.invoice_body(client_id=client["id"]), {HEADERS[0]: key()}
    expect(fresh.post("/client_invoices", body, **headers), 422)
    expect(fresh.patch(f"/clients/{client['id']}", {"currency": "EUR"}), 200)
    expect(fresh.post("/client_invoices", body, **headers), 200)
    assert fresh.count() == 1


def test_two_at_once_make_one(fresh: Api) -> None:
    body, headers = fresh.invoice_body(status="unpaid"), {HEADERS[0]: key()}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fresh.post("/client_invoices", body, **headers), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert fresh.count() == 1


@both_headers
def test_the_same_key_with_another_body_is_refused(fresh: Api, header: str) -> None:
    body, headers = fresh.invoice_body(), {header: key()}
    expect(fresh.post("/client_invoices", body, **headers), 200)
    fault = expect(fresh.post("/client_invoices", {**body, "header": "x"}, **headers), 422)["errors"][0]
    assert fault["code"] == "idempotency_key_reused"
    assert fault["meta"]["fix"]
    assert fresh.count() == 1


def test_the_same_key_on_another_path_is_refused(fresh: Api) -> None:
    headers = {HEADERS[0]: key()}
    first, second = fresh.draft(), fresh.draft()
    expect(fresh.post(f"/client_invoices/{first['id']}/finalize", **headers), 200)
    fault = expect(fresh.post(f"/client_invoices/{second['id']}/finalize", **headers), 422)["errors"][0]
    assert fault["code"] == "idempotency_key_reused"
    assert fresh.invoice(second["id"])["status"] == "draft"


def test_a_key_belongs_to_its_caller(fresh: Api, de: Api) -> None:
    same = {HEADERS[0]: key()}
    body = fresh.client_body()
    first = expect(fresh.post("/clients", body, **same), 200)["client"]
    elsewhere = expect(de.post("/clients", body, **same), 200)["client"]
    assert first["id"] != elsewhere["id"]
    token = make_token(fresh.organization, fresh.server.data, "client.write")
    with fresh.server.http(Authorization=f"Bearer {token}") as other:
        assert other.post("/v2/clients", json=body, headers=same).status_code == 422


def test_every_kind_of_write_repeats(fresh: Api) -> None:
    invoice = fresh.draft()
    path = f"/client_invoices/{invoice['id']}"
    steps = [
        ("PATCH", path, {"header": "a"}), ("POST", f"{path}/finalize", None), ("POST", f"{path}/mark_as_paid", None),
        ("POST", f"{path}/unmark_as_paid", None),
        ("POST", f"{path}/send", {"send_to": ["a@b.example"], "email_title": "x"}),
        ("POST", f"{path}/mark_as_canceled", None), ("PATCH", "/organization", {"phone": "+33 1"}),
        ("DELETE", f"/clients/{invoice['client']['id']}", None),
    ]  # fmt: skip
    for method, where, body in steps:
        headers = {HEADERS[1]: key()}
        content = {} if body is None else {"json": body}
        first, second = (fresh.http.request(method, f"/v2{where}", headers=headers, **content) for _ in range(2))
        assert first.status_code in (200, 204), (where, first.text)
        assert (second.status_code, second.content) == (first.status_code, first.content)
    assert len(fresh.get(f"{path}/emails").json()["emails"]) == 1


def test_an_upload_repeats_though_its_multipart_boundary_differs(fresh: Api) -> None:
    headers = {HEADERS[0]: key()}
    file = {"file": ("a.pdf", b"%PDF-1.7 same")}
    first, second = (fresh.http.post("/v2/attachments", files=file, headers=headers) for _ in range(2))
    assert expect(first, 200) == expect(second, 200)
    other = fresh.http.post("/v2/attachments", files={"file": ("a.pdf", b"%PDF-1.7 other")}, headers=headers)
    assert expect(other, 422)["errors"][0]["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("value", ["k" * 256, "a\tb"])
def test_a_key_that_cannot_be_kept_is_refused(fr: Api, value: str) -> None:
    answer = fr.post("/clients", fr.client_body(), **{HEADERS[0]: value})
    assert expect(answer, 422)["errors"][0]["code"] == "invalid_idempotency_key"


def test_warnings_are_repeated_too(fresh: Api) -> None:
    body, headers = fresh.invoice_body(status="unpaid", number="F-2026-009"), {HEADERS[0]: key()}
    first, second = (json.loads(fresh.post("/client_invoices", body, **headers).content) for _ in range(2))
    assert first["warnings"] == second["warnings"] != []
