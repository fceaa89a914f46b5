"""One shape of error over all routes, and paths that are not served."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from counterfoil.errors import Fault
from counterfoil.rest.errors import as_wire
from tests.contract.schema import ERRORS, faults_of
from tests.support.server import Api, Server, expect

UNKNOWN = "01a20000-0000-7000-8000-000000000000"


def check_shape(answer: httpx.Response) -> dict[str, Any]:
    """The answer's body, which must be an error envelope, with its trace id in the header as well."""
    body: dict[str, Any] = answer.json()
    assert answer.headers["content-type"].startswith("application/json")
    assert faults_of(ERRORS, body) == []
    assert body["trace_id"] == answer.headers["X-Tyk-Trace-Id"]
    assert all(fault["status"] == str(answer.status_code) for fault in body["errors"])
    assert all(fault["meta"]["fix"] for fault in body["errors"]), body
    return body


WRONG: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/client_invoices?page=x", {}, 400),
    ("GET", "/clients?sort_by=x", {}, 400),
    ("GET", "/clients?filter[name]=x", {}, 400),
    ("GET", "/bank_accounts?per_page=1000", {}, 400),
    ("POST", "/client_invoices", {"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
    ("POST", "/client_invoices", {"content": b"a=1", "headers": {"Content-Type": "text/plain"}}, 415),
    ("POST", "/clients", {"json": {}}, 422),
    ("PATCH", f"/client_invoices/{UNKNOWN}", {"json": {}}, 404),
    ("DELETE", f"/clients/{UNKNOWN}", {}, 404),
    ("POST", f"/client_invoices/{UNKNOWN}/finalize", {}, 404),
    ("GET", f"/attachments/{UNKNOWN}", {}, 404),
    ("GET", f"/bank_accounts/{UNKNOWN}", {}, 404),
    ("PATCH", "/organization", {"json": {"legal_country": "DE"}}, 422),
    ("PATCH", "/organization", {"json": {"accent_color": "red"}}, 422),
    ("POST", "/attachments", {"json": {}}, 415),
    ("POST", "/attachments", {"files": {"other": ("a.pdf", b"%PDF-")}}, 422),
    ("POST", "/attachments", {"files": {"file": ("a.txt", b"text")}}, 422),
    ("POST", "/client_invoices", {"content": b"x" * 1_000_001}, 413),
    ("GET", "/memberships", {}, 404),
    ("PUT", "/clients", {"json": {}}, 405),
]


@pytest.mark.parametrize(("method", "path", "sent", "status"), WRONG, ids=[f"{r[0]} {r[1]} {r[3]}" for r in WRONG])
def test_every_error_has_the_same_shape(fr: Api, method: str, path: str, sent: dict[str, Any], status: int) -> None:
    answer = fr.http.request(method, f"/v2{path}", **sent)
    assert answer.status_code == status, answer.text
    check_shape(answer)


def test_each_answer_has_its_own_trace_id(fr: Api) -> None:
    ids = {fr.get(f"/clients/{UNKNOWN}").json()["trace_id"] for _ in range(5)}
    assert len(ids) == 5


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/transactions"), ("GET", "/v2/organizations"), ("POST", "/v2/supplier_invoices/x/archive"),
        ("GET", "/v2/memberships"), ("PUT", "/v2/client_invoice"),
        ("GET", "/v2/client_invoices/"), ("POST", f"/v2/client_invoices/{UNKNOWN}/duplicate"), ("GET", "/v2/"),
        ("DELETE", "/v2/beneficiaries/1"),
    ],
)  # fmt: skip
def test_a_path_that_is_not_served_says_what_is(fr: Api, method: str, path: str) -> None:
    answer = fr.http.request(method, path)
    assert answer.status_code == 404
    fault = check_shape(answer)["errors"][0]
    assert fault["code"] == "not_found"
    assert "billing surface" in fault["detail"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v2/client_invoices"), ("DELETE", "/v2/client_invoices"), ("PUT", f"/v2/client_invoices/{UNKNOWN}"),
        ("GET", f"/v2/client_invoices/{UNKNOWN}/finalize"), ("DELETE", "/v2/organization"),
        ("POST", "/v2/organization"),
        ("POST", "/v2/bank_accounts"), ("DELETE", f"/v2/attachments/{UNKNOWN}"),
    ],
)  # fmt: skip
def test_a_method_that_is_not_taken_is_405(fr: Api, method: str, path: str) -> None:
    answer = fr.http.request(method, path)
    assert answer.status_code == 405
    assert check_shape(answer)["errors"][0]["code"] == "method_not_allowed"


@pytest.mark.parametrize("path", ["/nothing", "/v1/client_invoices", "/i/", "/files/a/b", "/../etc/passwd"])
def test_other_paths_are_not_found_either(server: Server, path: str) -> None:
    with server.http() as http:
        assert http.get(path).status_code == 404


def test_an_unserved_path_needs_no_key_to_say_so(server: Server) -> None:
    with server.http() as http:
        check_shape(http.get("/v2/teams"))


def test_the_pointers_base_is_the_apis(fr: Api) -> None:
    body = expect(fr.post("/clients", {"kind": "company"}), 422)
    assert body["errors"][0]["source"]["pointer"] == "/data/attributes/name"


def test_a_path_with_markup_comes_back_as_text(server: Server) -> None:
    with server.http() as http:
        answer = http.get("/v2/<script>alert(1)</script>")
    assert answer.headers["content-type"].startswith("application/json")
    assert "&lt;" not in answer.text


def test_a_patch_stands_in_meta_with_the_resource_that_it_is_for() -> None:
    # Given a fault that a program can mend by itself, and one that wants a person.
    patch = ({"op": "remove", "path": "/number"},)
    mechanical = Fault("invalid_number", "Too long.", fix="Leave it out.", patch=patch, patch_target="client_invoice")
    human = Fault("missing_legal_number", "None.", fix="Set it.")
    # When both are written for the wire.
    shown, plain = as_wire(mechanical)["meta"], as_wire(human)["meta"]
    # Then only the first carries operations.
    assert shown["json_patch"] == [{"op": "remove", "path": "/number"}]
    assert shown["json_patch_target"] == "client_invoice"
    assert "json_patch" not in plain
