"""/v2/clients: kinds, fields, limits, PATCH, filters and pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import CLIENT_KINDS, faults_of, listed
from tests.support.server import BUYERS, Api, expect

TEXTS = (
    "name", "first_name", "last_name", "email", "phone_number", "e_invoicing_address", "vat_number",
    "tax_identification_number", "address", "city", "zip_code", "province_code", "country_code", "recipient_code",
    "currency", "locale",
    "e_invoicing_address_scheme", "buyer_reference", "e_invoicing_format",  # ours
)  # fmt: skip
FILLED = {"type": "string", "minLength": 1}
ADDRESS = schema.obj(
    {}, optional=dict.fromkeys(("street_address", "city", "zip_code", "province_code", "country_code"), FILLED)
)
CLIENT = schema.obj(
    {
        "id": schema.UUID, "kind": schema.one_of(CLIENT_KINDS), "type": schema.one_of(CLIENT_KINDS),
        **dict.fromkeys(TEXTS, schema.TEXT), "extra_emails": listed(schema.TEXT),
        "billing_address": ADDRESS,
        "e_invoicing_reachable": {"type": "boolean"}, "created_at": schema.TIME, "updated_at": schema.TIME,
    },
    optional={"phone": schema.obj({"country_code": schema.TEXT, "number": schema.TEXT}), "delivery_address": ADDRESS},
)  # fmt: skip
FIELDS: list[tuple[str, Any, str, Any]] = [
    ("name", "Œuvre & Cie", "name", "Œuvre & Cie"),
    ("email", "a@b.example", "email", "a@b.example"),
    ("extra_emails", ["c@d.example"], "extra_emails", ["c@d.example"]),
    ("phone", {"country_code": "+33", "number": "1 23 45"}, "phone_number", "+3312345"),
    ("phone", {"country_code": "39", "number": "(02) 12-34"}, "phone_number", "+39021234"),
    ("phone", {"country_code": "+33", "number": "123456789"}, "phone/number", "123456789"),
    ("e_invoicing_address", "0225:732829320", "e_invoicing_address", "0225:732829320"),
    ("e_invoicing_address_scheme", "em", "e_invoicing_address_scheme", "EM"),
    ("buyer_reference", "04011000-12345-34", "buyer_reference", "04011000-12345-34"),
    ("e_invoicing_format", "xrechnung_ubl", "e_invoicing_format", "xrechnung_ubl"),
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
        ({"kind": "company", "name": "x", "e_invoicing_address_scheme": "SIREN"}, "e_invoicing_address_scheme"),
        ({"kind": "company", "name": "x", "e_invoicing_format": "zugferd"}, "e_invoicing_format"),
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
    assert (cleared["email"], "delivery_address" in cleared) == ("", False)
    moved = expect(fr.patch(path, {"billing_address": {"city": "Rennes"}}), 200)["client"]
    assert moved["billing_address"] == {**client["billing_address"], "city": "Rennes"}
    assert moved["city"] == "Rennes"


def test_root_fields_count_beside_an_empty_billing_address(fr: Api) -> None:
    root = {"address": "1 quai", "city": "Sète", "country_code": "FR"}
    for empty in (None, {}, {"street_address": "", "city": None}):
        assert fr.client(billing_address=empty, **root)["billing_address"] == {
            "street_address": "1 quai", "city": "Sète", "country_code": "FR",
        }  # fmt: skip


def test_parts_of_an_address_are_cleared_one_by_one_or_all_at_once(fr: Api) -> None:
    client = fr.client(delivery_address=BUYERS["DE"])
    path = f"/clients/{client['id']}"
    without = {part: value for part, value in BUYERS["FR"].items() if part != "zip_code"}
    changed = expect(fr.patch(path, {"billing_address": {"zip_code": ""}}), 200)["client"]
    assert (changed["billing_address"], changed["zip_code"]) == (without, "")
    moved = expect(fr.patch(path, {"delivery_address": {"city": "Bonn"}}), 200)["client"]
    assert moved["delivery_address"] == {**BUYERS["DE"], "city": "Bonn"}
    bare = expect(fr.patch(path, {"billing_address": None}), 200)["client"]
    assert (bare["billing_address"], bare["city"], bare["country_code"]) == ({}, "", "")


def test_a_change_of_kind_clears_the_names_that_do_not_fit(fr: Api) -> None:
    client = fr.client()
    body = {"kind": "individual", "first_name": "Jeanne", "last_name": "Dupré"}
    person = expect(fr.patch(f"/clients/{client['id']}", body), 200)["client"]
    assert (person["name"], person["first_name"]) == ("", "Jeanne")
    assert person["vat_number"] == client["vat_number"]
    expect(fr.patch(f"/clients/{client['id']}", {"kind": "company"}), 422)
    company = expect(fr.patch(f"/clients/{client['id']}", {"type": "company", "name": "Dupré SARL"}), 200)["client"]
    assert (company["name"], company["first_name"], company["last_name"]) == ("Dupré SARL", "", "")


def test_names_that_do_not_fit_the_kind_are_left_out(fr: Api) -> None:
    person = fr.client(kind="individual", name="Jeanne Dupré", first_name="Jeanne", last_name="Dupré")
    assert (person["name"], person["last_name"]) == ("", "Dupré")
    company = fr.client(name="Dupré SARL", first_name="Jeanne", last_name="Dupré")
    assert (company["name"], company["first_name"], company["last_name"]) == ("Dupré SARL", "", "")


def test_a_hundred_further_addresses_and_no_more(fr: Api) -> None:
    addresses = [f"a{n}@b.example" for n in range(101)]
    assert len(fr.client(extra_emails=addresses[:100])["extra_emails"]) == 100
    fault = expect(fr.post("/clients", fr.client_body(extra_emails=addresses)), 422)["errors"][0]
    assert fault["source"]["pointer"] == "/data/attributes/extra_emails"


def test_an_italian_organization_wants_the_province_of_a_client_in_italy(fr: Api, it: Api) -> None:
    place = {name: value for name, value in BUYERS["IT"].items() if name != "province_code"}
    fault = expect(it.post("/clients", it.client_body(billing_address=place)), 422)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == (
        "missing_value",
        "/data/attributes/billing_address/province_code",
    )
    assert it.client(billing_address=place | {"province_code": "to"})["province_code"] == "TO"
    for api, address in ((fr, place), (it, BUYERS["FR"]), (it, ...)):
        api.client(billing_address=address)


@pytest.mark.parametrize("zip_code", ["2012", "201211", "I-201", "٢٠١٢١"])
def test_an_italian_zip_code_has_five_digits(fr: Api, zip_code: str) -> None:
    body = fr.client_body(billing_address=BUYERS["IT"] | {"zip_code": zip_code})
    assert expect(fr.post("/clients", body), 422)["errors"][0]["code"] == "invalid_zip_code"


def test_a_client_of_nothing_but_a_name_is_enough_until_it_is_billed(fr: Api) -> None:
    client = expect(fr.post("/clients", {"kind": "company", "name": "Bare"}), 200)["client"]
    assert faults_of(CLIENT, client) == []
    assert client["billing_address"] == {}


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


@pytest.mark.parametrize(
    "query",
    [
        {"filter[]": "{'email': 'x'}"}, {"filter[]": "{}"}, {"filter[colour]": "blue"}, {"filter": "x"},
        {"filter[name]": ""}, {"filter[email]": ""}, {"filter[email][]": "client2@b.example"}, {"per_page": 25},
        {"current_page": 1}, {"sort": "-name"},
    ],
)  # fmt: skip
def test_what_programs_send_is_never_refused(crowd: Api, query: dict[str, Any]) -> None:
    assert crowd.get("/clients", **query).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"sort_by": "email:asc"}, {"sort_by": "name"}, {"sort_by": "name:up"}, {"per_page": 0}, {"per_page": 101},
        {"filter[name]": "x"}, {"filter[updated_at_from]": "soon"},
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(crowd: Api, query: dict[str, Any]) -> None:
    (fault,) = expect(crowd.get("/clients", **query), 400)["errors"]
    assert fault["source"] == {"parameter": next(iter(query))}
