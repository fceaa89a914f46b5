"""/v2/products: fields, limits, PATCH and PUT, filters and pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import ALL_REASONS, DECIMAL, TEXT, TIME, UUID, either, faults_of, listed, obj, one_of
from tests.support.server import Api, Server, expect, make_token

PRODUCT = obj(
    {
        "id": UUID, "organization_id": UUID, "title": TEXT, "type": one_of(["good", "service"]),
        "unit_price": obj({"value": DECIMAL, "currency": {"const": "EUR"}}), "vat_rate": DECIMAL, "description": TEXT,
        "internal_note": TEXT, "unit": TEXT, "links": listed(obj({"title": TEXT, "url": TEXT})),
        "created_at": TIME, "updated_at": TIME,
    },
    optional={"vat_exemption_code": one_of(ALL_REASONS)},
)  # fmt: skip
WHOLE = {
    "title": "Web development", "type": "service", "unit_price": {"value": "150.00", "currency": "EUR"},
    "vat_rate": "0.2", "description": "Front\nand back", "internal_note": "Preferred", "unit": "hour",
    "vat_exemption_code": "N1", "links": [{"title": "Page", "url": "https://www.example.com/product"}],
}  # fmt: skip
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def body(**more: Any) -> dict[str, Any]:
    """What a create call sends; `...` leaves a field out."""
    least = {name: WHOLE[name] for name in ("title", "type", "unit_price", "vat_rate")}
    return {name: value for name, value in {**least, **more}.items() if value is not ...}


def new_product(api: Api, **more: Any) -> dict[str, Any]:
    return expect(api.post("/products", body(**more)), 201)["product"]


def titles(api: Api, **params: Any) -> list[str]:
    return [product["title"] for product in expect(api.get("/products", **params), 200)["products"]]


def pointers(answer: Any) -> list[str]:
    return [fault["source"]["pointer"] for fault in expect(answer, 422)["errors"]]


def test_all_fields_are_kept_and_shown(fr: Api) -> None:
    made = new_product(fr, **WHOLE)
    assert faults_of(PRODUCT, made) == []
    assert {name: made[name] for name in WHOLE} == WHOLE
    assert made["organization_id"] == fr.organization.id
    assert expect(fr.get(f"/products/{made['id']}"), 200)["product"] == made


def test_the_least_that_may_be_sent_has_empty_texts_and_no_code(fr: Api) -> None:
    made = new_product(fr)
    assert faults_of(PRODUCT, made) == []
    assert [made[name] for name in ("description", "internal_note", "unit", "links")] == ["", "", "", []]
    assert "vat_exemption_code" not in made


def test_a_body_may_be_wrapped_and_hold_unknown_fields(fr: Api) -> None:
    made = expect(fr.post("/products", {"product": body(colour="blue")}), 201)["product"]
    assert "colour" not in made


@pytest.mark.parametrize("name", ["title", "type", "unit_price", "vat_rate"])
def test_what_is_required_is_asked_for_and_cannot_be_cleared(fr: Api, name: str) -> None:
    assert pointers(fr.post("/products", body(**{name: ...}))) == [f"/data/attributes/{name}"]
    made = new_product(fr)
    assert pointers(fr.patch(f"/products/{made['id']}", {name: None})) == [f"/data/attributes/{name}"]


@pytest.mark.parametrize(
    ("sent", "at"),
    [
        ({"title": "x" * 121}, "title"), ({"title": ""}, "title"), ({"title": "a\nb"}, "title"),
        ({"type": "thing"}, "type"), ({"description": "x" * 601}, "description"),
        ({"internal_note": "x" * 50_001}, "internal_note"), ({"unit": "x" * 41}, "unit"),
        ({"unit_price": {"value": "-1", "currency": "EUR"}}, "unit_price/value"),
        ({"unit_price": {"value": "1e3", "currency": "EUR"}}, "unit_price/value"),
        ({"unit_price": {"value": 12.5, "currency": "EUR"}}, "unit_price/value"),
        ({"unit_price": {"value": "1", "currency": "USD"}}, "unit_price/currency"),
        ({"unit_price": "1.00"}, "unit_price"), ({"vat_rate": "x"}, "vat_rate"), ({"vat_rate": "20"}, "vat_rate"),
        ({"vat_exemption_code": "N99"}, "vat_exemption_code"),
        ({"links": [{"title": "x", "url": "javascript:alert(1)"}]}, "links/0/url"),
        ({"links": [{"title": "x", "url": "https://"}]}, "links/0/url"),
        ({"links": [{"title": "x", "url": "https://example.com/a b\n"}]}, "links/0/url"),
        ({"links": [{"title": "x", "url": "https://example.com/" + "x" * 2048}]}, "links/0/url"),
        ({"links": [{"title": "x" * 121, "url": "https://example.com"}]}, "links/0/title"),
        ({"links": [{"title": "x"}]}, "links/0/url"),
        ({"links": [{"title": "x", "url": "https://example.com"}] * 51}, "links"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_nothing_is_stored(fr: Api, sent: dict[str, Any], at: str) -> None:
    before = expect(fr.get("/products", per_page=1), 200)["meta"]["total_count"]
    assert pointers(fr.post("/products", body(**sent))) == [f"/data/attributes/{at}"]
    assert expect(fr.get("/products", per_page=1), 200)["meta"]["total_count"] == before


def test_a_percent_is_told_its_fraction(fr: Api) -> None:
    (fault,) = expect(fr.post("/products", body(vat_rate="20")), 422)["errors"]
    assert (fault["code"], fault["meta"]["fix"]) == ("invalid_vat_rate", 'For 20 % send "0.2".')


def test_longest_texts_fit(fr: Api) -> None:
    made = new_product(fr, title="é" * 120, description="x" * 600, internal_note="ü" * 50_000)
    assert (len(made["title"]), len(made["description"]), len(made["internal_note"])) == (120, 600, 50_000)


def test_a_rate_of_zero_needs_its_code_in_italy_alone(fr: Api, it: Api) -> None:
    assert new_product(fr, vat_rate="0")["vat_rate"] == "0"
    (fault,) = expect(it.post("/products", body(vat_rate="0.00")), 422)["errors"]
    assert fault["code"] == "missing_vat_exemption_code"
    assert new_product(it, vat_rate="0", vat_exemption_code="N2.2")["vat_exemption_code"] == "N2.2"
    assert new_product(it, vat_rate="0", vat_exemption_reason="N4")["vat_exemption_code"] == "N4"


def test_an_italian_regime_gives_the_code(new_organization: NewOrganization) -> None:
    forfettario = new_organization("IT", vat_regime="forfettario")
    assert "vat_exemption_code" not in new_product(forfettario, vat_rate="0")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_change_keeps_what_is_absent_and_clears_null(fr: Api, method: str) -> None:
    made = new_product(fr, **WHOLE)
    change = {"title": "Design", "unit": None, "vat_exemption_code": None, "links": None, "description": ""}
    answer = fr.http.request(method, f"/v2/products/{made['id']}", json=change)
    changed = expect(answer, 200)["product"]
    assert faults_of(PRODUCT, changed) == []
    assert "vat_exemption_code" not in changed
    assert changed == {name: value for name, value in made.items() if name != "vat_exemption_code"} | {
        "title": "Design", "unit": "", "links": [], "description": "", "updated_at": changed["updated_at"],
    }  # fmt: skip
    assert changed["updated_at"] >= made["updated_at"]
    assert expect(fr.get(f"/products/{made['id']}"), 200)["product"] == changed


def test_a_deleted_product_is_gone(fr: Api) -> None:
    made = new_product(fr)
    assert fr.delete(f"/products/{made['id']}").status_code == 204
    for answer in (fr.get(f"/products/{made['id']}"), fr.delete(f"/products/{made['id']}"),
                   fr.patch(f"/products/{made['id']}", {"title": "x"})):  # fmt: skip
        assert expect(answer, 404)["errors"][0]["source"] == {"parameter": "id"}


def test_another_organizations_product_is_not_found(fr: Api, de: Api) -> None:
    made = new_product(fr)
    for answer in (de.get(f"/products/{made['id']}"), de.delete(f"/products/{made['id']}"),
                   de.patch(f"/products/{made['id']}", {"title": "x"})):  # fmt: skip
        assert answer.status_code == 404
    assert expect(fr.get(f"/products/{made['id']}"), 200)["product"] == made


def test_the_list_is_sorted_filtered_and_paged(fresh: Api) -> None:
    for title, kind in (("éclair", "good"), ("Zèbre", "service"), ("Ecole", "service"), ("abri", "good")):
        new_product(fresh, title=title, type=kind)
    assert titles(fresh) == ["abri", "éclair", "Ecole", "Zèbre"]
    assert titles(fresh, sort_by="title:desc") == ["Zèbre", "Ecole", "éclair", "abri"]
    assert titles(fresh, sort_by="created_at:asc") == ["éclair", "Zèbre", "Ecole", "abri"]
    assert titles(fresh, sort_by="created_at:desc") == ["abri", "Ecole", "Zèbre", "éclair"]
    assert titles(fresh, **{"filter[type]": "good"}) == ["abri", "éclair"]
    assert titles(fresh, **{"filter[type]": "good,service"}) == titles(fresh)
    assert titles(fresh, **{"filter[title]": "EC"}) == ["éclair", "Ecole"]
    assert titles(fresh, **{"filter[title]": "%"}) == []
    page = expect(fresh.get("/products", per_page=3, current_page=2), 200)
    assert ([product["title"] for product in page["products"]], page["meta"]) == (
        ["Zèbre"],
        {"current_page": 2, "next_page": None, "prev_page": 1, "total_pages": 2, "total_count": 4, "per_page": 3},
    )
    assert faults_of(schema.META, page["meta"]) == []
    assert titles(fresh, page=9) == []


@pytest.mark.parametrize(
    "query", [{"sort_by": "price:asc"}, {"sort_by": "title:up"}, {"filter[type]": "thing"}, {"per_page": 101}]
)
def test_a_wrong_parameter_is_named(fr: Api, query: dict[str, Any]) -> None:
    (fault,) = expect(fr.get("/products", **query), 400)["errors"]
    assert fault["source"] == {"parameter": next(iter(query))}


def test_unknown_filters_are_ignored(fr: Api) -> None:
    assert fr.get("/products", **{"filter[]": "{'title': 'x'}", "filter[colour]": "blue"}).status_code == 200


def test_scopes(server: Server, fr: Api) -> None:
    made = new_product(fr)
    reader = make_token(fr.organization, server.data, "product.read")
    with server.http(Authorization=f"Bearer {reader}") as http:
        assert http.get(f"/v2/products/{made['id']}").status_code == 200
        refused = http.delete(f"/v2/products/{made['id']}")
    assert "missing required oauth scope" in expect(refused, 403)["errors"][0]["detail"]


def test_a_repeated_create_makes_one_product(fresh: Api) -> None:
    answers = [fresh.post("/products", body(), **{"X-Qonto-Idempotency-Key": "one"}) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["product"]["id"] for answer in answers}) == len(titles(fresh)) == 1


def test_an_unknown_id_is_404(fr: Api) -> None:
    assert fr.get(f"/products/{UNKNOWN}").status_code == fr.get("/products/none").status_code == 404


def test_null_and_absent_are_the_same_on_create(fr: Api) -> None:
    made = new_product(fr, description=None, unit=None, links=None, vat_exemption_code=None)
    assert faults_of(either(PRODUCT), made) == []
