"""/v2/clients: kinds, fields, limits, PATCH, filters and pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import CLIENT_KINDS, either, faults_of, listed
from tests.support.server import BUYERS, Api, expect

TEXTS = (
    "name", "first_name", "last_name", "email", "phone_number", "e_invoicing_address", "vat_number",
    "tax_identification_number", "address", "city", "zip_code", "province_code", "country_code", "recipient_code",
    "currency", "locale",
)  # fmt: skip
ADDRESS = schema.obj(
    {
        name: either(schema.TEXT, schema.NULL)
        for name in ("street_address", "city", "zip_code", "province_code", "country_code")
    }
)
CLIENT = schema.obj(
    {
        "id": schema.UUID, "kind": schema.one_of(CLIENT_KINDS), "type": schema.one_of(CLIENT_KINDS),
        **dict.fromkeys(TEXTS, schema.TEXT), "extra_emails": listed(schema.TEXT),
        "phone": either(schema.obj({"country_code": schema.TEXT, "number": schema.TEXT}), schema.NULL),
        "billing_address": ADDRESS, "delivery_address": either(ADDRESS, schema.NULL),
        "e_invoicing_reachable": {"type": "boolean"}, "created_at": schema.TIME, "updated_at": schema.TIME,
    }
)  # fmt: skip
FIELDS: list[tuple[str, Any, str, Any]] = [
    ("name", "Œuvre & Cie", "name", "Œuvre & Cie"),
    ("email", "a@b.example", "email", "a@b.example"),
    ("extra_emails", ["c@d.example"], "extra_emails", ["c@d.example"]),
    ("phone", {"country_code": "+33", "number": "1 23 45"}, "phone_number", "+33 1 23 45"),
    ("e_invoicing_address", "0225:732829320", "e_invoicing_address", "0225:732829320"),
    ("vat_number", "FR44732829320", "vat_number", "FR44732829320"),
    ("tax_identification_number", "732829320", "tax_identification_number", "732829320"),
    ("recipient_code", "abc1234", "recipient_code", "ABC1234"),
    ("currency", "eur", "currency", "EUR"),
    ("locale", "FR", "locale", "FR"),
    ("locale", "fr-CH", "locale", "fr-CH"),
    ("delivery_address", {"city": "Brest"}, "delivery_address/city", "Brest"),
]  # fmt: skip


def at(value: Any, path: str) -> Any:
    for part in path.split("/"):
        value = value[part]
    return value


@pytest.mark.parametrize(("field", "sent", "place", "shown"), FIELDS)
def test_a_field_is_kept_and_shown(fr: Api, field: str, sent: Any, place: str, shown: Any) -> None:
    client = fr.client(**{field: sent})
    assert at(client, place) == shown
    assert expect(fr.get(f"/clients/{client['id']}"), 200)["client"] == client


@pytest.mark.parametrize("kind", CLIENT_KINDS)
def test_each_kind_has_its_names_and_the_whole_shape(fr: Api, kind: str) -> None:
    names = {"name": "X"} if kind == "company" else {"name": ..., "first_name": "Jeanne", "last_name": "Dupré"}
    client = fr.client(kind=kind, **names)
    assert faults_of(CLIENT, client) == []
    assert (client["kind"], client["type"]) == (kind, kind)


def test_the_older_word_for_kind_still_counts(fr: Api) -> None:
    assert fr.client(kind=..., type="company")["kind"] == "company"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x"}, "kind"), ({"kind": "robot", "name": "x"}, "kind"), ({"kind": "company"}, "name"),
        ({"kind": "company", "name": " "}, "name"), ({"kind": "individual", "first_name": "a"}, "last_name"),
        ({"kind": "company", "name": "x", "email": "no"}, "email"),
        ({"kind": "company", "name": "x", "extra_emails": ["no"]}, "extra_emails/0"),
        ({"kind": "company", "name": "x", "country_code": "FRA"}, "country_code"),
        ({"kind": "company", "name": "x", "delivery_address": {"city": "x" * 51}}, "delivery_address/city"),
        ({"kind": "company", "name": "x", "province_code": "ROM"}, "province_code"),
        ({"kind": "company", "name": "x", "currency": "EURO"}, "currency"),
        ({"kind": "company", "name": "x", "locale": "français"}, "locale"),
        ({"kind": "company", "name": "a\nb"}, "name"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(fr: Api, body: dict[str, Any], pointer: str) -> None:
    faults = expect(fr.post("/clients", body), 422)["errors"]
    assert f"/data/attributes/{pointer}" in [fault["source"]["pointer"] for fault in faults]
    assert all(fault["meta"]["fix"] for fault in faults)


LIMITS = [("name", 250), ("vat_number", 20), ("tax_identification_number", 30)]
ADDRESS_LIMITS = [("street_address", 250), ("city", 50), ("zip_code", 20)]


@pytest.mark.parametrize(("field", "limit"), LIMITS)
def test_limits_at_the_edge_and_over(fr: Api, field: str, limit: int) -> None:
    assert fr.client(**{field: "x" * limit})[field] == "x" * limit
    fault = expect(fr.post("/clients", fr.client_body(**{field: "x" * (limit + 1)})), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{field}"


@pytest.mark.parametrize("block", ["billing_address", "delivery_address"])
@pytest.mark.parametrize(("field", "limit"), ADDRESS_LIMITS)
def test_address_limits(fr: Api, block: str, field: str, limit: int) -> None:
    address = {**BUYERS["FR"], field: "x" * limit}
    assert fr.client(**{block: address})[block][field] == "x" * limit
    over = fr.client_body(**{block: {**address, field: "x" * (limit + 1)}})
    fault = expect(fr.post("/clients", over), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{block}/{field}"


@pytest.mark.parametrize("name", ["first_name", "last_name"])
def test_names_of_people_have_sixty_characters(fr: Api, name: str) -> None:
    body = fr.client_body(kind="individual", name=..., first_name="a", last_name="b")
    assert fr.post("/clients", {**body, name: "x" * 60}).status_code == 200
    assert fr.post("/clients", {**body, name: "x" * 61}).status_code == 422


def test_root_fields_and_billing_address_are_twins(fr: Api) -> None:
    root = {"address": "1 quai", "city": "Sète", "zip_code": "34200", "country_code": "fr", "province_code": ...}
    client = fr.client(billing_address=..., **root)
    assert client["billing_address"]["street_address"] == client["address"] == "1 quai"
    assert client["billing_address"]["country_code"] == client["country_code"] == "FR"
    both = fr.client(billing_address=BUYERS["FR"], **root)
    assert (both["city"], both["billing_address"]["city"]) == ("Nantes", "Nantes")


def test_patch_keeps_what_is_absent_and_clears_what_is_null(fr: Api) -> None:
    client = fr.client(delivery_address=BUYERS["DE"])
    path = f"/clients/{client['id']}"
    changed = expect(fr.patch(path, {"name": "Neu"}), 200)["client"]
    moving = {"name", "updated_at"}
    assert {k: v for k, v in changed.items() if k not in moving} == {k: v for k, v in client.items() if k not in moving}
    cleared = expect(fr.patch(path, {"client": {"email": None, "delivery_address": None}}), 200)["client"]
    assert (cleared["email"], cleared["delivery_address"]) == ("", None)
    moved = expect(fr.patch(path, {"billing_address": {"city": "Rennes"}}), 200)["client"]
    assert moved["billing_address"] == {**client["billing_address"], "city": "Rennes"}
    assert moved["city"] == "Rennes"


def test_a_change_of_kind_clears_the_names_that_do_not_fit(fr: Api) -> None:
    client = fr.client()
    body = {"kind": "individual", "first_name": "Jeanne", "last_name": "Dupré"}
    person = expect(fr.patch(f"/clients/{client['id']}", body), 200)["client"]
    assert (person["name"], person["first_name"]) == ("", "Jeanne")
    expect(fr.patch(f"/clients/{client['id']}", {"kind": "company"}), 422)


def test_delete_keeps_what_was_issued(fr: Api) -> None:
    client = fr.client()
    issued, draft = fr.issued(client_id=client["id"]), fr.draft(client_id=client["id"])
    answer = fr.delete(f"/clients/{client['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for call in (fr.get, fr.delete):
        assert call(f"/clients/{client['id']}").status_code == 404
    assert fr.invoice(issued["id"]) == issued
    assert fr.act(draft["id"], "finalize")["client"] == draft["client"]


def test_two_clients_may_be_alike(fr: Api) -> None:
    assert fr.client()["id"] != fr.client()["id"]


NAMES = ["Élan Vital", "elan noir", "Zoé & Cie", "Ångström AB", "Straße GmbH", "100 % bio"]


@pytest.fixture(scope="module")
def crowd(new_organization: NewOrganization) -> Api:
    api = new_organization("FR", legal_name="Foule SARL")
    for position, name in enumerate(NAMES):
        api.client(
            name=name,
            email=f"Client{position}@B.example",
            vat_number=f"FR{position}",
            tax_identification_number=f"T{position}",
        )
    api.client(kind="individual", name=..., first_name="Jeanne", last_name="Dupré", email=..., vat_number=...)
    return api


def names(api: Api, **params: Any) -> list[str]:
    found = expect(api.get("/clients", **params), 200)["clients"]
    return [client["name"] or f"{client['first_name']} {client['last_name']}" for client in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [("elan", ["elan noir", "Élan Vital"]), ("ÉLAN", ["elan noir", "Élan Vital"]), ("zoe", ["Zoé & Cie"]),
     ("angs", ["Ångström AB"]), ("strasse", ["Straße GmbH"]), ("jeanne dup", ["Jeanne Dupré"]), ("0 %", ["100 % bio"]),
     ("%_", []), ("nobody", [])],
)  # fmt: skip
def test_names_are_found_in_part_without_accents_or_case(crowd: Api, text: str, found: list[str]) -> None:
    assert names(crowd, **{"filter[name]": text}) == found


@pytest.mark.parametrize(
    ("field", "value"), [("email", "client2@b.EXAMPLE"), ("vat_number", "fr2"), ("tax_identification_number", "t2")]
)
def test_other_filters_are_exact_but_for_case(crowd: Api, field: str, value: str) -> None:
    assert names(crowd, **{f"filter[{field}]": value}) == ["Zoé & Cie"]
    assert names(crowd, **{f"filter[{field}]": value[:-1]}) == []


def test_the_order_is_by_name_unless_another_is_asked_for(crowd: Api) -> None:
    by_name = ["100 % bio", "Ångström AB", "elan noir", "Élan Vital", "Jeanne Dupré", "Straße GmbH", "Zoé & Cie"]
    assert names(crowd) == names(crowd, sort_by="name:asc") == by_name
    assert names(crowd, sort_by="name:desc") == by_name[::-1]
    assert names(crowd, sort_by="created_at:asc") == [*NAMES, "Jeanne Dupré"]
    assert names(crowd, sort_by="updated_at:desc") == ["Jeanne Dupré", *NAMES[::-1]]


def test_updated_at_spans_and_pages(crowd: Api) -> None:
    listed = expect(crowd.get("/clients", sort_by="updated_at:asc"), 200)["clients"]
    span = {"filter[updated_at_from]": listed[2]["updated_at"], "filter[updated_at_to]": listed[4]["updated_at"]}
    assert len(names(crowd, **span)) == 3
    answer = expect(crowd.get("/clients", per_page=3, page=2), 200)
    assert len(answer["clients"]) == 3
    assert answer["meta"] == {
        "current_page": 2, "next_page": 3, "prev_page": 1, "total_pages": 3, "total_count": 7, "per_page": 3,
    }  # fmt: skip
