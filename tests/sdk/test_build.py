"""Requests as values: what would be sent, without sending it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest

from counterfoil.rest.api import ROUTES
from counterfoil.sdk import Request, UploadPart, build
from counterfoil.sdk.client import AsyncClient, Client

UUID = "01a20000-0000-7000-8000-000000000000"


def test_a_list_says_its_filters_as_the_api_does() -> None:
    request = build.build_list_client_invoices(status=["unpaid", "paid"], exclude_imported=False, page=2, per_page=10)
    assert (request.method, request.path) == ("GET", "/v2/client_invoices")
    assert list(request.params) == [
        ("filter[status]", "unpaid,paid"), ("exclude_imported", "false"), ("page", "2"), ("per_page", "10"),
    ]  # fmt: skip
    assert request.target == (
        "/v2/client_invoices?filter%5Bstatus%5D=unpaid%2Cpaid&exclude_imported=false&page=2&per_page=10"
    )


def test_a_write_carries_its_key_and_whether_it_is_tried_only() -> None:
    request = build.build_finalize_client_invoice(UUID, idempotency_key="k", is_dry_run=True)
    assert (request.method, request.path) == ("POST", f"/v2/client_invoices/{UUID}/finalize")
    assert request.headers == {"X-Qonto-Idempotency-Key": "k", "X-Dry-Run": "true"}
    assert request.body == b""


def test_nothing_is_sent_that_was_not_said() -> None:
    request = build.build_send_client_invoice(UUID, send_to=["a@b.example"], email_title="x")
    assert request.json == {"send_to": ["a@b.example"], "email_title": "x"}
    assert request.headers == {}
    assert build.build_mark_client_invoice_as_paid(UUID).json == {}


def test_none_clears_on_update() -> None:
    assert build.build_update_client_invoice(UUID, {"footer": None}).body == b'{"footer": null}'


@pytest.mark.parametrize("bad", ["", ".", ".."])
def test_an_id_that_would_name_another_path_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="id"):
        build.build_get_client(bad)


def test_an_id_stays_one_part_of_the_path() -> None:
    assert build.build_get_client("../x?y#z").path == "/v2/clients/..%2Fx%3Fy%23z"


def test_an_upload_is_a_form_with_one_file() -> None:
    request = build.build_upload_attachment('a"\r\nb.pdf', b"%PDF-", idempotency_key="k")
    head, _, _ = request.body.partition(b"\r\n\r\n")
    assert b'filename="a%22__b.pdf"' in head
    assert request.body.count(b"%PDF-") == 1
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")


BUILDERS = {
    name.removeprefix("build_"): function
    for name, function in inspect.getmembers(build, inspect.isfunction)
    if name.startswith("build_")
}
# Second spellings of a call, for other people's programs; the SDK says it the first way.
SECOND_SPELLINGS = {
    ("PUT", "/v2/products/{}"),
    ("POST", "/v2/client_invoices/{}/uploads"),
    ("GET", "/v2/client_invoices/{}/uploads/{}"),
}


def shape_of(builder: Callable[..., Request[Any]]) -> tuple[str, str]:
    """Method and path of the request, ids as {}."""
    file = UploadPart("a.pdf", b"%PDF-")
    samples: dict[str, Any] = {
        "id": "ID", "delivery_id": "ID", "blob_ref": "ID", "data": b"x", "file": file, "rules": [],
        "numbering_mode": "manual",
        "files": [(file, "key")] if builder is build.build_create_supplier_invoices else [file],
    }  # fmt: skip
    needed = {
        name: samples.get(name, {} if name in ("new", "change") else "x")
        for name, parameter in inspect.signature(builder).parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
    request = builder(**needed)
    return request.method, request.path.replace("/ID", "/{}")


def test_both_clients_have_a_method_for_every_request() -> None:
    for client in (Client, AsyncClient):
        assert set(BUILDERS) <= set(vars(client)), client.__name__


def test_every_list_can_be_walked_through() -> None:
    lists = [name for name, builder in BUILDERS.items() if "page" in inspect.signature(builder).parameters]
    for client in (Client, AsyncClient):
        assert len([name for name in vars(client) if name.startswith("each_")]) == len(lists)


def test_every_route_of_the_api_has_its_request_and_no_request_is_without_a_route() -> None:
    served = {(route.method, re.sub(r"{[^}]*}", "{}", route.path)) for route in ROUTES if route.path.startswith("/v2/")}
    asked = {shape_of(builder) for builder in BUILDERS.values()}
    assert served - asked <= SECOND_SPELLINGS
    assert asked <= served


def test_the_description_calls_operations_what_the_sdk_calls_them() -> None:
    named = {shape_of(builder): name for name, builder in BUILDERS.items()}
    wrong = {
        route.handler.__name__: named[shape]
        for route in ROUTES
        if (shape := (route.method, re.sub(r"{[^}]*}", "{}", route.path))) in named
        and route.handler.__name__ != named[shape]
    }
    assert wrong == {}
