"""GET …/compliance: the same that finalize says, before it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.support.server import BUYERS, Api, expect

ApiOf = Callable[[str], Api]
BLANK = {"address_line_1": "", "address_zipcode": "", "legal_number": "", "vat_number": "", "tax_number": ""}


def compliance(api: Api, invoice_id: str) -> dict[str, Any]:
    return dict(expect(api.get(f"/client_invoices/{invoice_id}/compliance"), 200)["compliance"])


def without_status(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Faults of a refusal, as a list that refuses nothing writes them."""
    return [{name: value for name, value in fault.items() if name != "status"} for fault in faults]


# Drafts that finalize takes, takes with a warning, or refuses: what is billed, the client, and the seller's profile.
DRAFTS: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ("FR", {}, {}, {}),
    ("FR", {"number": "N° 1"}, {}, {}),
    ("FR", {"due_date": "2020-01-01"}, {"tax_identification_number": ...}, {}),
    ("FR", {"items": []}, {"vat_number": "FR00"}, BLANK),
    ("FR", {"vat_rate": "0.19"}, {"kind": "individual", "name": ..., "first_name": "A", "last_name": "B"}, {}),
    ("FR", {"vat_rate": "0", "vat_exemption_reason": "S283"}, {"vat_number": ...}, {}),
    ("DE", {}, {}, {}),
    ("DE", {"buyer_reference": "04011000-12345-34"}, {"email": ...}, {"email": ""}),
    ("DE", {"e_invoicing_format": "xrechnung_ubl"}, {}, {"tax_number": "", "vat_number": ""}),
    ("IT", {}, {}, {}),
    ("IT", {"number": "x" * 21}, {"recipient_code": "UFABCD"}, {}),
    ("IT", {"vat_rate": "0", "vat_exemption_reason": "N3"}, {}, BLANK),
    ("IT", {"vat_rate": "0", "vat_exemption_reason": "N4"}, {}, {}),
    ("ES", {}, {}, {}),
    ("ES", {}, {"tax_identification_number": ..., "vat_number": ...}, {"tax_number": "", "vat_number": "",
                                                                       "legal_number": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("country", "billed", "client", "profile"), DRAFTS)
def test_what_compliance_says_is_what_finalize_says(
    new_organization: NewOrganization, country: str, billed: Mapping[str, Any], client: dict[str, Any],
    profile: dict[str, Any],
) -> None:  # fmt: skip
    # Given a draft of an organization and a client that may lack something.
    api = new_organization(country, **profile)
    lines = {"vat_rate", "vat_exemption_reason"} & billed.keys()
    body = {name: value for name, value in billed.items() if name not in lines}
    if lines:
        body["items"] = [api.item(**{name: billed[name] for name in lines})]
    draft = api.draft(client_id=api.client(**client)["id"], **body)
    # When compliance is asked, and then finalize.
    told = compliance(api, draft["id"])
    assert api.invoice(draft["id"]) == draft, "asking changes nothing"
    answer = api.post(f"/client_invoices/{draft['id']}/finalize")
    # Then both say the same.
    if told["status"] == "blocked":
        assert without_status(expect(answer, 422)["errors"]) == told["errors"] != []
    else:
        assert (told["status"], told["errors"]) == ("ready", [])
        assert expect(answer, 200)["warnings"] == told["warnings"]
    assert told["formats"]


def test_every_fault_says_what_is_wrong_where_and_how_to_mend_it(new_organization: NewOrganization) -> None:
    api = new_organization("FR", **BLANK)
    draft = api.draft(items=[], number="N° 1")
    told = compliance(api, draft["id"])
    assert told["errors"]
    for fault in told["errors"]:
        assert fault["detail"]
        assert fault["source"]["pointer"]
        assert fault["meta"]["fix"]
        assert fault["meta"]["rule"]
        assert fault["meta"]["source"]
        assert ("json_patch" in fault["meta"]) == ("json_patch_target" in fault["meta"])


def test_faults_of_values_and_faults_of_law_are_told_together(new_organization: NewOrganization) -> None:
    # Given a draft whose seller has become a small business since, and which has lost its address.
    api = new_organization("FR")
    draft = api.draft()
    expect(api.patch("/organization", {"vat_regime": "franchise", "address_city": None}), 200)
    # When compliance is asked.
    codes = [fault["code"] for fault in compliance(api, draft["id"])["errors"]]
    # Then the rate that may not be, and the missing city, are both there, once each.
    assert sorted(codes) == ["missing_address_city", "vat_rate_not_allowed"]


def test_a_draft_that_cannot_be_built_says_why(fresh: Api) -> None:
    # Given a draft whose client has lost its address.
    client = fresh.client()
    draft = fresh.draft(client_id=client["id"])
    expect(fresh.patch(f"/clients/{client['id']}", {"billing_address": None}), 200)
    # When compliance is asked.
    told = compliance(fresh, draft["id"])
    # Then it is blocked, and its formats are those of the draft.
    assert told["status"] == "blocked"
    assert [fault["code"] for fault in told["errors"]] == ["client_without_address"]
    assert [each["kind"] for each in told["formats"]] == ["facturx", "ubl"]


@pytest.mark.parametrize(
    ("country", "more", "formats"),
    [
        ("FR", {}, [("facturx", "cii"), ("ubl", "ubl")]),
        ("DE", {"buyer_reference": "L-1"}, [("facturx", "cii"), ("ubl", "ubl"), ("xrechnung", "cii")]),
        ("DE", {"e_invoicing_format": "xrechnung_ubl"}, [("facturx", "cii"), ("ubl", "ubl"), ("xrechnung", "ubl")]),
        ("IT", {}, [("fatturapa", "fatturapa")]),
        ("ES", {}, [("facturx", "cii"), ("ubl", "ubl")]),
    ],
)
def test_formats_are_those_that_would_be_issued(
    api_of: ApiOf, country: str, more: dict[str, str], formats: list[tuple[str, str]]
) -> None:
    api = api_of(country)
    told = compliance(api, api.draft(**more)["id"])
    assert [(each["kind"], each["syntax"]) for each in told["formats"]] == formats


def test_an_issued_invoice_stands_as_it_was_issued(new_organization: NewOrganization) -> None:
    # Given an issued invoice, and a seller who has lost its numbers since.
    api = new_organization("FR")
    issued = api.issued()
    expect(api.patch("/organization", dict.fromkeys(BLANK)), 200)
    # When compliance is asked.
    told = compliance(api, issued["id"])
    # Then the document counts, and not what has become of the seller.
    assert (told["status"], told["errors"]) == ("issued", [])
    assert told["formats"]


def test_a_credit_note_has_its_answer_too(fr: Api) -> None:
    invoice = fr.issued()
    body = {
        "invoice_id": invoice["id"],
        "issue_date": fr.today,
        "reason": "Retour",
        "currency": "EUR",
        "amount": "12.00",
    }
    note = expect(fr.post("/credit_notes", body), 201)["credit_note"]
    told = expect(fr.get(f"/credit_notes/{note['id']}/compliance"), 200)["compliance"]
    assert (told["status"], told["errors"]) == ("issued", [])
    assert [each["kind"] for each in told["formats"]] == ["facturx", "ubl"]


DRIVEN: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], set[str]]] = [
    (
        "IT", {"number": "N° 1", "withholding_tax": {"rate": "0.20", "reason": "RF01", "payment_reason": "Z"}},
        {
            "recipient_code": "UFABCD", "country_code": "FR", "vat_number": "FR44732829320",
            "billing_address": BUYERS["FR"],
        },
        {}, {"client_invoice", "client"},
    ),
    ("FR", {"number": "N° 1", "due_date": "2020-01-01"}, {}, {"vat_number": ""}, {"client_invoice", "organization"}),
]  # fmt: skip


@pytest.mark.parametrize(("country", "billed", "client", "profile", "targets"), DRIVEN)
def test_a_program_mends_a_draft_by_what_compliance_gives(
    new_organization: NewOrganization, country: str, billed: dict[str, Any], client: dict[str, Any],
    profile: dict[str, Any], targets: set[str],
) -> None:  # fmt: skip
    # Given a draft with faults of its own, of its client and of the organization.
    api = new_organization(country, **profile)
    buyer = api.client(**client)
    draft = api.draft(client_id=buyer["id"], **billed)
    told = compliance(api, draft["id"])
    assert told["status"] == "blocked"
    # When each fault's patch is sent to what it is for, unchanged.
    places = {
        "client_invoice": f"/v2/client_invoices/{draft['id']}", "client": f"/v2/clients/{buyer['id']}",
        "organization": "/v2/organization",
    }  # fmt: skip
    for fault in told["errors"]:
        meta = fault["meta"]
        headers = {"Content-Type": "application/json-patch+json"}
        content = json.dumps(meta["json_patch"])
        expect(api.http.patch(places[meta["json_patch_target"]], content=content, headers=headers), 200)
    assert {fault["meta"]["json_patch_target"] for fault in told["errors"]} == targets
    # Then nothing blocks it any more, and it is finalized.
    assert (compliance(api, draft["id"])["status"], api.act(draft["id"], "finalize")["status"]) == ("ready", "unpaid")


@pytest.mark.parametrize("kind", ["client_invoices", "credit_notes"])
def test_another_organizations_document_is_not_found(fr: Api, de: Api, kind: str) -> None:
    invoice = de.issued()
    assert fr.get(f"/{kind}/{invoice['id']}/compliance").status_code == 404


def test_asking_takes_no_number(fresh: Api) -> None:
    draft = fresh.draft()
    for _ in range(3):
        assert json.dumps(compliance(fresh, draft["id"]))
    assert fresh.act(draft["id"], "finalize")["number"].endswith("-001")
