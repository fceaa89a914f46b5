"""/v2/organization and /v2/bank_accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.support.pictures import png
from tests.support.server import Api, expect

NAMED = {
    "id", "name", "slug", "legal_name", "locale", "legal_share_capital", "legal_country", "legal_registration_date",
    "legal_form", "legal_address", "address", "legal_sector", "contract_signed_at", "legal_number", "bank_accounts",
}  # fmt: skip
ACCOUNT = {
    "id", "slug", "iban", "bic", "currency", "balance", "balance_cents", "authorized_balance",
    "authorized_balance_cents", "name", "updated_at", "status", "main", "is_external_account", "account_number",
    "organization_id",
}  # fmt: skip


def shown(api: Api) -> dict[str, Any]:
    return dict(expect(api.get("/organization"), 200)["organization"])


def change(api: Api, **body: Any) -> dict[str, Any]:
    return dict(expect(api.patch("/organization", body), 200)["organization"])


@pytest.mark.parametrize("params", [{}, {"include_external_accounts": "true"}, {"include_external_accounts": "false"}])
def test_the_organization_has_the_apis_fields(fr: Api, params: dict[str, str]) -> None:
    organization = expect(fr.get("/organization", **params), 200)["organization"]
    assert organization.keys() >= NAMED
    assert organization["address"]["city"] == "Lyon"
    assert organization["legal_address"] == "12 rue des Lilas, 69003, Lyon"
    assert set(organization["bank_accounts"][0]) == ACCOUNT


def test_the_main_account_is_the_one_of_init(fr: Api) -> None:
    account = shown(fr)["bank_accounts"][0]
    assert (account["iban"], account["bic"], account["main"]) == (fr.organization.iban, "AGRIFRPPXXX", True)
    assert (account["currency"], account["status"], account["balance_cents"]) == ("EUR", "active", 0)


def test_bank_accounts_are_listed_and_got(fr: Api) -> None:
    answer = expect(fr.get("/bank_accounts", per_page=1), 200)
    assert (answer["meta"]["total_count"], answer["meta"]["per_page"]) == (1, 1)
    account = answer["bank_accounts"][0]
    assert expect(fr.get(f"/bank_accounts/{account['id']}"), 200)["bank_account"] == account
    assert expect(fr.get("/bank_accounts", page=2), 200)["bank_accounts"] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Lumière"), ("address_line_2", "Bât. B"), ("company_leadership", "Jeanne Morel"),
        ("legal_form", "SARL"), ("commercial_register_number", "RCS Lyon"), ("transaction_type", "services"),
        ("vat_payment_condition", "on_receipts"), ("discount_conditions", "Pas d'escompte."),
        ("legal_capital_share", {"value": "5000.00", "currency": "EUR"}), ("email", "a@b.example"),
        ("phone", "+33 1"), ("payment_terms_days", 45), ("accent_color", "#00aa88"), ("vat_regime", "franchise"),
        ("contact_name", "Jeanne Morel"), ("is_professional", True),
        ("numbering_mode", "manual"), ("is_freelancer", True), ("time_zone", "Indian/Reunion"), ("locale", "de"),
    ],
)  # fmt: skip
def test_a_field_changes_the_rest_stays_and_null_clears(fresh: Api, field: str, value: Any) -> None:
    before = shown(fresh)
    after = change(fresh, organization={field: value})
    assert after[field] == value
    beside = {field, "legal_share_capital", "updated_at"}
    assert {k: v for k, v in after.items() if k not in beside} == {k: v for k, v in before.items() if k not in beside}
    if field not in ("time_zone", "locale", "email"):
        assert change(fresh, **{field: None})[field] == before[field] or field == "name"
    assert change(fresh, unknown_field=1)


def test_new_documents_show_the_change_and_issued_ones_do_not(fresh: Api) -> None:
    issued, draft = fresh.issued(), fresh.draft()
    change(fresh, legal_name="Neuve SAS", address_city="Grenoble", company_leadership="Jeanne Morel")
    assert fresh.invoice(issued["id"])["organization"] == issued["organization"]
    now = fresh.act(draft["id"], "finalize")["organization"]
    assert (now["legal_name"], now["address_city"], now["company_leadership"]) == (
        "Neuve SAS", "Grenoble", "Jeanne Morel",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("legal_country", "DE", "read_only"), ("legal_name", None, None), ("legal_name", "", None),
        ("vat_number", "FR00732829320", "invalid_vat_number"), ("legal_number", "732829321", "invalid_legal_number"),
        ("vat_regime", "kleinunternehmer", "invalid_vat_regime"), ("vat_regime", "none", "not_in_list"),
        ("accent_color", "red", None), ("payment_terms_days", -1, None), ("payment_terms_days", 366, None),
        ("logo_attachment_id", "01a20000-0000-7000-8000-000000000000", "invalid_logo"),
        ("numbering_mode", "random", "not_in_list"), ("email", "not an address", None),
        ("time_zone", "Mars/Olympus", None), ("legal_capital_share", {"value": "x"}, None),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_changes_nothing(fresh: Api, field: str, value: Any, code: str | None) -> None:
    before = shown(fresh)
    faults = expect(fresh.patch("/organization", {"name": "X", field: value}), 422)["errors"]
    assert faults[0]["source"]["pointer"].startswith(f"/data/attributes/{field}")
    assert faults[0]["meta"]["fix"]
    assert code in (None, faults[0]["code"])
    assert shown(fresh) == before


def test_a_change_is_told_what_the_countrys_documents_still_need(new_organization: NewOrganization) -> None:
    # Given a French organization that has told little of itself.
    api = new_organization("FR", complete=False)
    # When it tells more, step by step.
    first = expect(api.patch("/organization", {"address_line_1": "1 rue Haute", "legal_number": "732829320"}), 200)
    rest = {"address_zipcode": "69003", "address_city": "Lyon", "transaction_type": "services"}
    vat = next(each for each in first["warnings"] if each["code"] == "missing_vat_number")
    second = expect(api.patch("/organization", rest), 200)
    headers = {"Content-Type": "application/json-patch+json"}
    third = api.http.patch("/v2/organization", content=json.dumps(vat["meta"]["json_patch"]), headers=headers)
    # Then each answer names what is left, with its rule, at the organization's own field.
    assert "address_city" in {each["source"]["pointer"].rpartition("/")[2] for each in first["warnings"]}
    assert all(each["meta"]["rule"] and each["meta"]["fix"] for each in first["warnings"])
    assert [each["code"] for each in second["warnings"]] == ["missing_vat_number"]
    assert expect(third, 200)["warnings"] == []
    assert third.json()["organization"]["vat_number"] == "FR44732829320"


E_ADDRESS = {"electronic_address": "732829320", "electronic_address_scheme": "0225"}


@pytest.mark.parametrize(
    ("country", "sent", "pointer"),
    [
        ("FR", {"electronic_address_scheme": "0225"}, "electronic_address"),
        ("FR", {"electronic_address_scheme": "SIREN"}, "electronic_address_scheme"),
        ("FR", E_ADDRESS | {"electronic_address_scheme": "0001"}, "electronic_address_scheme"),
        ("IT", {"regime_fiscale": "RF03"}, "regime_fiscale"),
        ("IT", {"regime_fiscale": "RF19"}, "regime_fiscale"),
        ("IT", {"address_zipcode": "2012"}, "address_zipcode"),
    ],
)
def test_shapes_that_no_document_could_carry_are_refused(
    api_of: Callable[[str], Api], country: str, sent: dict[str, Any], pointer: str
) -> None:
    fault = expect(api_of(country).patch("/organization", sent), 422)["errors"][0]
    assert fault["source"]["pointer"] == f"/data/attributes/{pointer}"
    assert fault["meta"]["fix"]


def test_addresses_of_networks_and_the_italian_regime_are_kept(new_organization: NewOrganization) -> None:
    assert change(new_organization("FR"), **E_ADDRESS)["electronic_address"] == "732829320"
    assert change(new_organization("IT"), regime_fiscale="RF17")["regime_fiscale"] == "RF17"
    flat = change(new_organization("IT"), vat_regime="forfettario", regime_fiscale="RF19")
    assert (flat["vat_regime"], flat["regime_fiscale"]) == ("forfettario", "RF19")


def test_the_country_may_be_repeated(fresh: Api) -> None:
    assert change(fresh, legal_country="FR", name="Y")["name"] == "Y"


def test_numbers_are_kept_compact(fresh: Api) -> None:
    changed = change(fresh, vat_number="fr 44 732 829 320", legal_number="732 829 320 00074")
    assert (changed["vat_number"], changed["legal_number"]) == ("FR44732829320", "73282932000074")


def test_a_logo_is_an_uploaded_picture(fresh: Api) -> None:
    upload = fresh.http.post("/v2/attachments", files={"file": ("logo.png", png(4, 4), "image/png")})
    logo = expect(upload, 200)["attachment"]["id"]
    assert change(fresh, logo_attachment_id=logo)["logo_attachment_id"] == logo
    pdf = fresh.http.post("/v2/attachments", files={"file": ("a.pdf", b"%PDF-1.7 x")})
    refused = fresh.patch("/organization", {"logo_attachment_id": pdf.json()["attachment"]["id"]})
    assert expect(refused, 422)["errors"][0]["code"] == "invalid_logo"


def test_a_regime_without_vat_gives_reason_and_mention_and_refuses_a_rate(fresh: Api) -> None:
    change(fresh, vat_regime="franchise")
    invoice = fresh.issued(items=[fresh.item(vat_rate="0")])
    assert invoice["items"][0]["vat_exemption_reason"] == "S293B"
    assert any("293 B" in mention for mention in invoice["mentions"])
    fault = expect(fresh.create(), 422)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == (
        "vat_rate_not_allowed", "/data/attributes/items/0/vat_rate",
    )  # fmt: skip
