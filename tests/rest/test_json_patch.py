"""JSON Patch: the operations by themselves, and PATCH with them at the doors that take it."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import httpx
import pytest

from counterfoil.errors import BillingError, Conflict, Invalid, Malformed
from counterfoil.rest import json_patch
from tests.support.server import Api, expect

RESOURCE: dict[str, Any] = {
    "number": "F-1", "items": [{"title": "a"}, {"title": "b"}], "settings": {"vat_number": "x"}, "a/b": 1, "~": 2,
    "is_on": True, "none": None,
}  # fmt: skip


def patched(*operations: dict[str, Any]) -> dict[str, Any]:
    before = deepcopy(RESOURCE)
    after = json_patch.applied(RESOURCE, json_patch.read(json.dumps(operations).encode()))
    assert before == RESOURCE, "the resource itself stays"
    changed = {name: value for name, value in after.items() if RESOURCE.get(name, ...) != value}
    return changed | dict.fromkeys(RESOURCE.keys() - after.keys(), "gone")


@pytest.mark.parametrize(
    ("operations", "changed"),
    [
        ([{"op": "remove", "path": "/number"}], {"number": "gone"}),
        ([{"op": "replace", "path": "/number", "value": None}], {"number": None}),
        ([{"op": "add", "path": "/new", "value": {"x": [1]}}], {"new": {"x": [1]}}),
        ([{"op": "add", "path": "/items/-", "value": 3}], {"items": [{"title": "a"}, {"title": "b"}, 3]}),
        ([{"op": "add", "path": "/items/0", "value": 3}], {"items": [3, {"title": "a"}, {"title": "b"}]}),
        ([{"op": "remove", "path": "/items/0"}], {"items": [{"title": "b"}]}),
        ([{"op": "replace", "path": "/items/1/title", "value": "c"}], {"items": [{"title": "a"}, {"title": "c"}]}),
        ([{"op": "replace", "path": "/a~1b", "value": 5}, {"op": "replace", "path": "/~0", "value": 6}],
         {"a/b": 5, "~": 6}),
        ([{"op": "test", "path": "/items/0", "value": {"title": "a"}},
          {"op": "remove", "path": "/settings/vat_number"}], {"settings": {}}),
        ([], {}),
    ],
)  # fmt: skip
def test_operations_change_what_they_point_to(operations: list[dict[str, Any]], changed: dict[str, Any]) -> None:
    assert patched(*operations) == changed


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        ({"op": "remove", "path": "/nothing"}, Invalid),
        ({"op": "replace", "path": "/items/2", "value": 1}, Invalid),
        ({"op": "add", "path": "/items/3", "value": 1}, Invalid),
        ({"op": "add", "path": "/items/01", "value": 1}, Invalid),
        ({"op": "add", "path": "/items/-1", "value": 1}, Invalid),
        ({"op": "remove", "path": "/items/-"}, Invalid),
        ({"op": "add", "path": "/number/x", "value": 1}, Invalid),
        ({"op": "add", "path": "/nothing/x", "value": 1}, Invalid),
        ({"op": "add", "path": "/none/x", "value": 1}, Invalid),
        ({"op": "replace", "path": "/items/9/title", "value": 1}, Invalid),
        ({"op": "test", "path": "/number", "value": "F-2"}, Conflict),
        ({"op": "test", "path": "/nothing", "value": None}, Conflict),
        ({"op": "test", "path": "/is_on", "value": 1}, Conflict),
        ({"op": "test", "path": "/items", "value": [{"title": "a"}]}, Conflict),
        ({"op": "move", "path": "/number", "from": "/x"}, Invalid),
        ({"op": "add", "path": "/number"}, Invalid),
        ({"op": "add", "path": "", "value": {}}, Invalid),
        ({"op": "add", "path": "number", "value": 1}, Invalid),
        ({"op": "add", "path": "/~2", "value": 1}, Invalid),
        ({"op": "add", "path": "/" + "x" * 500, "value": 1}, Invalid),
        ({"path": "/number"}, Invalid),
        ("remove", Invalid),
    ],
)
def test_an_operation_that_cannot_be_is_named(operation: Any, kind: type[BillingError]) -> None:
    # Given one good operation before it, so that the position tells which is meant.
    with pytest.raises(kind) as refused:
        patched({"op": "test", "path": "/~0", "value": 2}, operation)
    fault = refused.value.faults[0]
    assert (fault.field or "").startswith("1")
    assert fault.fix


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", Invalid), (b"", Malformed), (b"[", Malformed), (b"[NaN]", Malformed),
        (json.dumps([{"op": "remove", "path": "/x"}] * 101).encode(), Invalid), (b"[" * 5_000, Malformed),
    ],
)  # fmt: skip
def test_what_is_no_patch_is_refused(body: bytes, kind: type[BillingError]) -> None:
    with pytest.raises(kind):
        json_patch.read(body)


def test_a_change_carries_what_was_touched_and_null_for_what_was_removed() -> None:
    operations = json_patch.read(
        b'[{"op": "remove", "path": "/number"}, {"op": "remove", "path": "/settings/vat_number"}]'
    )
    after = json_patch.applied(RESOURCE, operations)
    change = json_patch.change_of(RESOURCE, after, operations, fields={"number", "settings"}, merged=("settings",))
    assert change == {"number": None, "settings": {"vat_number": None}}


def send(api: Api, path: str, *operations: dict[str, Any]) -> httpx.Response:
    headers = {"Content-Type": "application/json-patch+json"}
    return api.http.patch(f"/v2{path}", content=json.dumps(operations), headers=headers)


def test_a_draft_is_patched_as_get_answers_it(fr: Api) -> None:
    # Given a draft with two lines, a number of its own and settings.
    draft = fr.draft(
        items=[fr.item(title="Un"), fr.item(title="Deux")], number="PATCH-1", settings={"company_leadership": "J. M."},
        header="Bonjour",
    )  # fmt: skip
    # When one line's price, the number, a setting and a text are patched.
    changed = expect(
        send(
            fr, f"/client_invoices/{draft['id']}",
            {"op": "test", "path": "/header", "value": "Bonjour"},
            {"op": "replace", "path": "/items/1/unit_price/value", "value": "50.00"},
            {"op": "remove", "path": "/number"},
            {"op": "remove", "path": "/settings/company_leadership"},
            {"op": "add", "path": "/settings/district_court", "value": "Lyon"},
            {"op": "replace", "path": "/payment_methods/0/iban", "value": fr.organization.iban},
        ), 200,
    )["client_invoice"]  # fmt: skip
    # Then they are changed, and the rest stays.
    assert [item["subtotal"]["value"] for item in changed["items"]] == ["100.00", "50.00"]
    assert changed["number"].endswith("-PROFORMA")
    assert changed["settings"] == {"district_court": "Lyon"}
    assert (changed["header"], changed["client"]) == ("Bonjour", draft["client"])


def test_a_client_is_patched(fr: Api) -> None:
    client = fr.client()
    changed = expect(
        send(
            fr, f"/clients/{client['id']}", {"op": "add", "path": "/buyer_reference", "value": "BR-1"},
            {"op": "remove", "path": "/billing_address/zip_code"}, {"op": "remove", "path": "/vat_number"},
        ), 200,
    )["client"]  # fmt: skip
    assert (changed["buyer_reference"], changed["vat_number"], changed["zip_code"]) == ("BR-1", "", "")
    assert changed["city"] == client["city"]


def test_the_organization_is_patched(fresh: Api) -> None:
    answer = send(
        fresh, "/organization", {"op": "replace", "path": "/contact_name", "value": "Jeanne Morel"},
        {"op": "remove", "path": "/email"},
    )  # fmt: skip
    changed = expect(answer, 200)["organization"]
    assert (changed["contact_name"], changed["email"]) == ("Jeanne Morel", "")


@pytest.mark.parametrize(
    ("operation", "status", "code", "pointer"),
    [
        ({"op": "replace", "path": "/total_amount/value", "value": "1.00"}, 422, "read_only", "0/path"),
        ({"op": "replace", "path": "/status", "value": "unpaid"}, 422, "read_only", "0/path"),
        ({"op": "replace", "path": "/currency", "value": "USD"}, 422, "read_only", "currency"),
        ({"op": "replace", "path": "/items/0/vat_rate", "value": "20"}, 422, "invalid_vat_rate", "items/0/vat_rate"),
        ({"op": "remove", "path": "/items/0/title"}, 422, "missing_value", "items/0/title"),
        ({"op": "replace", "path": "/items/7/title", "value": "x"}, 422, "invalid_json_patch", "0/path"),
        ({"op": "test", "path": "/header", "value": "x"}, 409, "json_patch_test_failed", "0/value"),
    ],
)
def test_a_patch_is_checked_like_any_change(
    fr: Api, operation: dict[str, Any], status: int, code: str, pointer: str
) -> None:
    draft = fr.draft()
    fault = expect(send(fr, f"/client_invoices/{draft['id']}", operation), status)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == (code, f"/data/attributes/{pointer}")
    assert fault["meta"]["fix"]
    assert fr.invoice(draft["id"]) == draft


def test_too_many_lines_are_refused_in_a_patch_too(fr: Api) -> None:
    draft = fr.draft()
    answer = send(
        fr, f"/client_invoices/{draft['id']}", {"op": "replace", "path": "/items", "value": [fr.item()] * 20_000}
    )
    assert answer.json()["errors"][0]["code"] in ("too_many_items", "payload_too_large")


def test_an_issued_invoice_takes_no_patch(fr: Api) -> None:
    issued = fr.issued()
    answer = send(fr, f"/client_invoices/{issued['id']}", {"op": "replace", "path": "/header", "value": "x"})
    assert expect(answer, 412)["errors"][0]["code"]


def test_a_route_without_json_patch_says_so(fr: Api) -> None:
    answer = send(fr, "/quotes/01a20000-0000-7000-8000-000000000000", {"op": "remove", "path": "/header"})
    assert answer.status_code in (415, 422)
