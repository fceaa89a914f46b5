"""items[].product_id: what a line leaves out comes from the catalog, once, when it is written."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rest.test_products import new_product
from tests.support.server import Api, expect

UNKNOWN = "00000000-0000-4000-8000-000000000000"
OWN = {"title": "Own", "description": "", "unit": "day", "unit_price": {"value": "7.00", "currency": "EUR"}}


def draft_of(api: Api, *items: dict[str, Any]) -> dict[str, Any]:
    return api.draft(items=list(items))


def test_a_line_is_filled_from_its_product(fr: Api) -> None:
    product = new_product(fr, description="An hour", unit="hour")
    (line,) = draft_of(fr, {"product_id": product["id"].upper(), "quantity": "2"})["items"]
    shown = {name: line[name] for name in ("title", "description", "unit", "unit_price", "vat_rate")}
    assert shown == {name: product[name] for name in shown}
    assert (line["product_id"], line["total_amount"]["value"]) == (product["id"], "360.00")


def test_what_the_line_gives_wins_and_null_is_absent(fr: Api) -> None:
    product = new_product(fr, description="An hour", unit="hour")
    (line,) = draft_of(fr, {"product_id": product["id"], "quantity": "1", "vat_rate": None, **OWN})["items"]
    assert {name: line[name] for name in OWN} == OWN
    assert line["vat_rate"] == "0.2"


def test_an_exemption_comes_with_a_rate_of_zero_only(fr: Api) -> None:
    exempt = new_product(fr, vat_rate="0", vat_exemption_code="S262")
    taxed = new_product(fr, vat_rate="0.2", vat_exemption_code="S262")
    named = [
        {"product_id": exempt["id"], "quantity": "1"},
        {"product_id": exempt["id"], "quantity": "1", "vat_rate": "0.1"},
        {"product_id": exempt["id"], "quantity": "1", "vat_exemption_reason": "S259"},
        {"product_id": taxed["id"], "quantity": "1"},
        {"product_id": taxed["id"], "quantity": "1", "vat_rate": "0.00"},
    ]
    lines = draft_of(fr, *named)["items"]
    assert [line["vat_exemption_reason"] for line in lines] == ["S262", None, "S259", None, "S262"]


def test_lines_with_and_without_a_product_stand_in_their_order(fr: Api) -> None:
    product = new_product(fr)
    lines = draft_of(fr, fr.item(title="A"), {"product_id": product["id"], "quantity": "1"}, fr.item(title="B"))[
        "items"
    ]
    assert [line["title"] for line in lines] == ["A", product["title"], "B"]
    assert [line["product_id"] for line in lines] == [None, product["id"], None]


def test_unknown_products_are_named_all_at_once(fr: Api, de: Api) -> None:
    foreign = new_product(de)["id"]
    items = [fr.item(), {"product_id": UNKNOWN, "quantity": "1"}, fr.item(product_id=foreign), fr.item(product_id="x")]
    faults = expect(fr.create(items=items), 422)["errors"]
    assert {fault["code"] for fault in faults} == {"invalid_product_id"}
    places = [fault["source"]["pointer"] for fault in faults]
    assert places == [f"/data/attributes/items/{n}/product_id" for n in (1, 2, 3)]


@pytest.mark.parametrize("product_id", [7, ["x"], {}])
def test_an_id_that_is_no_text_is_refused(fr: Api, product_id: object) -> None:
    faults = expect(fr.create(items=[fr.item(product_id=product_id)]), 422)["errors"]
    assert [fault["source"]["pointer"] for fault in faults] == ["/data/attributes/items/0/product_id"]


def test_a_line_still_needs_its_quantity(fr: Api) -> None:
    product = new_product(fr)
    (fault,) = expect(fr.create(items=[{"product_id": product["id"]}]), 422)["errors"]
    assert fault["source"]["pointer"] == "/data/attributes/items/0/quantity"


def test_a_changed_or_deleted_product_leaves_the_line(fr: Api) -> None:
    product = new_product(fr, title="Before")
    draft = draft_of(fr, {"product_id": product["id"], "quantity": "1"})
    expect(fr.patch(f"/products/{product['id']}", {"title": "After"}), 200)
    assert (
        expect(fr.patch(f"/client_invoices/{draft['id']}", {"header": "x"}), 200)["client_invoice"]["items"]
        == (draft["items"])
    )
    fr.delete(f"/products/{product['id']}")
    assert fr.act(draft["id"], "finalize")["items"] == draft["items"]


def test_a_patch_fills_lines_too(fr: Api) -> None:
    product = new_product(fr)
    draft = fr.draft()
    change = {"client_invoice": {"items": [{"product_id": product["id"], "quantity": "1"}]}}
    changed = expect(fr.patch(f"/client_invoices/{draft['id']}", change), 200)["client_invoice"]
    assert changed["items"][0]["title"] == product["title"]


def test_a_repeated_request_has_its_first_answer_though_the_product_is_gone(fr: Api) -> None:
    product = new_product(fr)
    body = fr.invoice_body(items=[{"product_id": product["id"], "quantity": "1"}])
    first = fr.post("/client_invoices", body, **{"X-Qonto-Idempotency-Key": product["id"]})
    fr.delete(f"/products/{product['id']}")
    again = fr.post("/client_invoices", body, **{"X-Qonto-Idempotency-Key": product["id"]})
    assert (again.status_code, again.json()) == (200, first.json())
    assert fr.post("/client_invoices", body).status_code == 422
