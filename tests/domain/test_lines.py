"""One reason under two names: the API's pages call it vat_exemption_reason here and vat_exemption_code there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.domain.lines import ExemptionNames, NewItem

LINE = {"title": "Conseil", "quantity": "1", "unit_price": {"value": "1", "currency": "EUR"}, "vat_rate": "0"}


def read(**sent: Any) -> NewItem:
    return NewItem.model_validate_json(json.dumps({**LINE, **sent}))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        ({}, None),
        ({"vat_exemption_reason": "S293B"}, "S293B"),
        ({"vat_exemption_code": "S293B"}, "S293B"),
        ({"vat_exemption_reason": "S293B", "vat_exemption_code": "S293B"}, "S293B"),
        ({"vat_exemption_reason": "S261", "vat_exemption_code": "S293B"}, "S261"),
        ({"vat_exemption_reason": None, "vat_exemption_code": "S293B"}, "S293B"),
        ({"vat_exemption_reason": "", "vat_exemption_code": "S293B"}, "S293B"),
        ({"vat_exemption_reason": "S293B", "vat_exemption_code": None}, "S293B"),
        ({"vat_exemption_reason": "S293B", "vat_exemption_code": ""}, "S293B"),
    ],
)
def test_both_names_say_one_thing(sent: dict[str, Any], reason: str | None) -> None:
    assert read(**sent).vat_exemption_reason == reason


def test_a_line_that_is_stored_has_one_name() -> None:
    line = read(vat_exemption_code="S293B")
    assert json.loads(line.model_dump_json())["vat_exemption_reason"] == "S293B"
    assert "vat_exemption_code" not in line.model_dump()


def test_a_change_knows_that_the_reason_was_sent() -> None:
    assert "vat_exemption_reason" in ExemptionNames.model_validate({"vat_exemption_code": "N1"}).model_fields_set
    assert ExemptionNames.model_validate({}).model_fields_set == set()


@pytest.mark.parametrize("name", ["vat_exemption_reason", "vat_exemption_code"])
def test_a_reason_that_is_none_is_refused_under_the_name_it_came_by(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read(**{name: "S999"})
    assert {error["loc"][0] for error in refused.value.errors()} == {name}
