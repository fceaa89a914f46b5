"""The catalog: products that lines are written from."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mcp.conftest import LINE, Office
from tests.support.server import make_organization

HOUR = {"title": "Consulting hour", "type": "service", "unit_price": 150, "vat_rate_percent": 20, "unit": "hour"}


def product(office: Office, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = office.ask("create_product", **HOUR | more)["product"]
    return made


def test_a_product_is_made_of_what_people_say(office: Office) -> None:
    made = product(office, unit_price=150.5, vat_rate_percent="20%", internal_note="never printed")
    assert (made["title"], made["type"], made["unit"]) == ("Consulting hour", "service", "hour")
    assert made["unit_price"] == {"value": "150.5", "currency": "EUR"}
    assert made["vat_rate"] == "0.2"


def test_a_line_of_a_product_needs_nothing_else(office: Office) -> None:
    product(office)
    draft = office.draft(items=[{"product_id": "consulting HOUR", "quantity": 8}, LINE])
    whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]
    line = whole["items"][0]
    assert (line["title"], line["quantity"], line["unit_price"]["value"]) == ("Consulting hour", "8", "150")
    assert draft["total_amount"]["value"] == "2880.00"


def test_products_are_found_by_a_part_of_their_title_and_rows_are_short(office: Office) -> None:
    product(office)
    product(office, title="Écran " + "large " * 18, type="good")
    answer = office.ask("list_products", title="ECRAN")
    (row,) = answer["products"]
    assert (answer["total_count"], answer["has_more"]) == (1, False)
    assert len(str(row).encode()) <= 300
    assert office.ask("list_products", type="service")["total_count"] == 1


def test_what_is_sent_replaces_and_the_rest_stays(office: Office) -> None:
    made = product(office)
    changed = office.ask("update_product", id="consulting hour", unit_price="160.00")["product"]
    assert changed["unit_price"]["value"] == "160.00"
    assert (changed["id"], changed["vat_rate"], changed["unit"]) == (made["id"], "0.2", "hour")
    assert office.refused("update_product", id=made["id"])["code"] == "nothing_to_change"


def test_a_deleted_one_is_gone_and_a_previewed_delete_is_not(office: Office) -> None:
    made = product(office)
    assert office.ask("delete_product", id=made["title"], preview=True)["deleted"] is False
    assert office.ask("delete_product", id=made["title"])["deleted"] is True
    assert office.refused("get_product", id=made["id"])["code"] == "not_found"


def test_two_of_one_title_are_shown(office: Office) -> None:
    first, second = product(office), product(office, unit_price=99)
    told = office.refused("get_product", id="Consulting hour")
    assert told["code"] == "ambiguous_reference"
    assert {each["id"] for each in told["candidates"]} == {first["id"], second["id"]}


def test_the_same_again_within_minutes_is_the_first_one(office: Office) -> None:
    first = office.ask("create_product", **HOUR)
    again = office.ask("create_product", **HOUR)
    assert again["product"]["id"] == first["product"]["id"]
    assert "repeated" in again
    other = office.ask("create_product", **HOUR, allow_duplicate=True)
    assert other["product"]["id"] != first["product"]["id"]


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"vat_rate_percent": 0.2}, "ambiguous_percent", "vat_rate_percent"),
        ({"vat_rate_percent": 19}, "rate_not_legal", "vat_rate_percent"),
        ({"vat_rate_percent": None}, "missing_value", "vat_rate_percent"),
        ({"vat_rate_percent": None, "vat_rate": "20"}, "ambiguous_vat_rate", "vat_rate"),
        ({"unit_price": "1,500"}, "ambiguous_amount", "unit_price"),
        ({"unit_price": "150 €"}, "invalid_amount", "unit_price"),
        ({"type": "Service"}, "not_in_list", "type"),
    ],
)
def test_what_is_refused_names_a_value_that_works(office: Office, sent: dict[str, Any], code: str, field: str) -> None:
    told = office.refused("create_product", **HOUR | sent)
    assert (told["code"], told["field"]) == (code, field)
    assert office.ask("create_product", **HOUR | sent | {field: told["example"]})["product"]["id"]


def test_the_rates_are_the_sellers_own(house: Any) -> None:
    office = Office(house, make_organization(house.settings.data, "DE").id)
    told = office.refused("create_product", **HOUR)
    assert told["legal_rates_percent"][:2] == ["19", "7.8"]
    assert product(office, vat_rate_percent=19)["vat_rate"] == "0.19"
