"""explain_compliance: what the law says, and the calls that mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from counterfoil.operations import organization
from counterfoil.operations.work import Actor
from tests.mcp.conftest import LINE, Office
from tests.support.server import make_organization


def test_a_draft_that_is_ready_says_so_and_how_to_go_on(office: Office) -> None:
    draft = office.draft()
    told = office.ask("explain_compliance", id=draft["id"])
    assert (told["is_ready"], told["status"]) == (True, "ready")
    assert told["document"]["client"]["name"] == "ACME"
    act = told["next_actions"][-1]
    assert office.ask(act["tool"], **act["arguments"])["client_invoice"]["status"] == "unpaid"
    issued = office.ask("explain_compliance", id=draft["id"])
    assert (issued["status"], issued["is_ready"], issued["next_actions"]) == ("issued", False, [])


def test_findings_name_rule_source_and_meaning_and_one_call_mends_all_that_it_can(office: Office) -> None:
    # Given a draft whose number does not suit the network.
    draft = office.draft(number="N° 1")
    told = office.ask("explain_compliance", id=draft["id"])
    assert told["findings"]
    mendable = [each for each in told["findings"] if "fixed_by" in each]
    assert [each["code"] for each in mendable] == ["unusual_number"]
    assert all(mendable[0][name] for name in ("rule", "source", "message", "fix", "json_patch"))
    # When the call is made that it gives.
    (act,) = [each for each in told["next_actions"] if each["tool"] == "update_client_invoice"]
    assert act["arguments"]["clear"] == ["number"]
    office.ask(act["tool"], **act["arguments"])
    # Then what it mends is gone.
    left = {each["code"] for each in office.ask("explain_compliance", id=draft["id"])["findings"]}
    assert not left & {each["code"] for each in mendable}


def test_a_line_is_mended_with_the_others_kept(house: Any, office: Office) -> None:
    # Given a French draft of three lines whose seller has become a small business since.
    items = [{**LINE, "title": title} for title in ("A", "B", "C")]
    draft = office.draft(items=items)
    with house.works.write(Actor(office.organization_id, "test")) as work:
        organization.update(work, {"vat_regime": "franchise"})
    told = office.ask("explain_compliance", id=draft["id"])
    (act,) = [each for each in told["next_actions"] if each["tool"] == "update_client_invoice"]
    office.ask(act["tool"], **act["arguments"])
    whole = office.ask("get_client_invoice", id=draft["id"])["client_invoice"]
    assert [(item["title"], item["vat_rate"]) for item in whole["items"]] == [("A", "0"), ("B", "0"), ("C", "0")]


def test_a_credit_note_is_explained_too(office: Office) -> None:
    invoice = office.draft(status="unpaid")
    note = office.ask("create_credit_note", invoice_id=invoice["number"], amount="12.00")["credit_note"]
    told = office.ask("explain_compliance", id=note["number"], kind="credit_note")
    assert (told["status"], told["document"]["number"]) == ("issued", note["number"])


def test_another_organizations_document_is_not_found(house: Any, office: Office) -> None:
    other = replace(office, organization_id=make_organization(house.settings.data, "DE").id)
    failure = other.refused("explain_compliance", id=office.draft()["id"])
    assert failure["code"] == "not_found"
