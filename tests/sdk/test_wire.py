"""Answers as values: read without a server."""

from __future__ import annotations

import json
from typing import Any

import pytest

from counterfoil.sdk import build
from counterfoil.sdk.errors import ApiError
from counterfoil.sdk.wire import Answer


def answer(status: int, body: Any) -> Answer:
    return Answer(status, body if isinstance(body, bytes) else json.dumps(body).encode())


def refusal(status: int, body: Any) -> ApiError:
    with pytest.raises(ApiError) as caught:
        build.build_get_client("1").read(answer(status, body))
    return caught.value


def test_a_page_knows_what_follows() -> None:
    meta = {"current_page": 1, "next_page": 2, "prev_page": None, "total_pages": 3, "total_count": 5, "per_page": 2}
    page = build.build_list_clients().read(answer(200, {"clients": [{"id": "1"}, {"id": "2"}], "meta": meta}))
    assert [client["id"] for client in page.items] == ["1", "2"]
    assert (page.total_count, page.next_page, page.has_more) == (5, 2, True)


def test_a_list_without_meta_is_one_page() -> None:
    page = build.build_list_bank_accounts().read(answer(200, {"bank_accounts": [{"id": "1"}]}))
    assert (page.total_count, page.has_more) == (1, False)


def test_warnings_beside_the_document_come_with_it() -> None:
    body = {"client_invoice": {"id": "1", "later": "field"}, "warnings": [{"code": "number_out_of_sequence"}]}
    invoice = build.build_finalize_client_invoice("1").read(answer(200, body))
    assert invoice["warnings"] == [{"code": "number_out_of_sequence"}]
    assert dict(invoice)["later"] == "field"


def test_no_content_is_nothing() -> None:
    assert build.build_delete_client_invoice("1").read(Answer(204, b"")) is None


def test_a_refusal_has_all_its_faults() -> None:
    fault = {
        "code": "invalid_vat_rate", "detail": "A rate is a fraction.", "status": "422",
        "source": {"pointer": "/data/attributes/items/0/vat_rate"}, "meta": {"fix": 'Send "0.2".'},
    }  # fmt: skip
    error = refusal(422, {"errors": [fault, {"code": "other", "detail": "x"}], "trace_id": "t"})
    assert (error.status, error.trace_id, len(error.errors)) == (422, "t", 2)
    first = error.errors[0]
    assert (first.code, first.field, first.fix) == ("invalid_vat_rate", "items/0/vat_rate", 'Send "0.2".')
    assert "invalid_vat_rate" in str(error)


@pytest.mark.parametrize(
    ("pointer", "field"),
    [
        ("/data/attributes/currency", "currency"),
        ("/data/propertys/currency", "currency"),
        ("/currency", "currency"),
        ("/data/attributes", None),
    ],
)
def test_old_and_new_pointers_name_the_same_field(pointer: str, field: str | None) -> None:
    error = refusal(422, {"errors": [{"code": "c", "detail": "d", "source": {"pointer": pointer}}]})
    assert error.errors[0].field == field


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "not_found", "detail": "no"}, "not_found"),  # some endpoints answer the fault bare
        (b"<html>", "unexpected_answer"),
        (b"", "unexpected_answer"),
        ({"errors": []}, "unknown_error"),
        ([], "unexpected_answer"),
        ({"errors": ["text"]}, "unknown_error"),
    ],
)
def test_odd_refusals_are_refusals_still(body: Any, code: str) -> None:
    assert refusal(404, body).errors[0].code == code


@pytest.mark.parametrize("body", [b"<html>log in</html>", b"[]", b'{"other": 1}', b'{"client": 3}'])
def test_success_that_is_not_the_apis_is_no_success(body: bytes) -> None:
    assert refusal(200, body).errors[0].code == "unexpected_answer"
