"""The client tools and the organization."""

from __future__ import annotations

from tests.mcp.conftest import Office
from tests.mcp.connecting import OTHER_ID


def test_a_new_client_can_be_billed_at_once(office: Office) -> None:
    answer = office.ask(
        "create_client", kind="company", name="Müller GmbH", email="buchhaltung@mueller.example",
        vat_number="DE136695976",
        billing_address={"street_address": "Weg 1", "city": "Köln", "zip_code": "50667", "country_code": "DE"},
    )  # fmt: skip
    client = answer["client"]
    assert (client["currency"], client["locale"]) == ("EUR", "de")
    (action,) = answer["next_actions"]
    assert office.ask(action["tool"], **action["arguments"])["total_count"] == 0
    assert office.draft(client_id="müller gmbh")["client"]["name"] == "Müller GmbH"


def test_a_person_needs_both_names(office: Office) -> None:
    failure = office.refused("create_client", kind="individual", name="Ana Sol")
    assert {fault["field"] for fault in failure["errors"]} == {"first_name", "last_name"}


def test_the_same_key_creates_one_client(office: Office) -> None:
    first = office.ask("create_client", kind="company", name="A", idempotency_key="k")
    again = office.ask("create_client", kind="company", name="A", idempotency_key="k")
    assert "idempotency_key" in again["repeated"]["note"]
    assert again["client"] == first["client"]
    assert office.ask("list_clients")["total_count"] == 1


def test_what_is_sent_replaces_what_is_named_is_emptied_and_the_rest_stays(office: Office) -> None:
    wanted = office.client()
    changed = office.ask("update_client", id="acme", email="ap@acme.example", clear=["vat_number"])["client"]
    assert (changed["id"], changed["email"], changed["vat_number"]) == (wanted, "ap@acme.example", "")
    assert changed["billing_address"]["city"] == "Nantes"
    assert office.refused("update_client", id="acme")["code"] == "nothing_to_change"
    told = office.refused("update_client", id="acme", email="x@y.example", clear=["email"])
    assert (told["code"], told["json_patch"]) == ("set_and_cleared", [{"op": "remove", "path": "/clear"}])


def test_a_change_may_be_previewed(office: Office) -> None:
    office.client()
    answer = office.ask("update_client", id="acme", email="ap@acme.example", preview=True)
    assert (answer["is_preview"], answer["client"]["email"]) == (True, "ap@acme.example")
    assert office.ask("get_client", id="acme")["client"]["email"] == "billing@acme.example"


def test_a_deleted_one_is_named_and_gone(office: Office) -> None:
    office.client()
    answer = office.ask("delete_client", id="billing@acme.example")
    assert (answer["deleted"], answer["client"]["name"]) == (True, "ACME")
    assert office.refused("get_client", id="ACME")["code"] == "not_found"


def test_one_like_another_is_made_and_told(office: Office) -> None:
    first = office.client()
    answer = office.ask("create_client", kind="company", name="Acme", email="other@acme.example")
    (warning,) = answer["warnings"]
    assert warning["code"] == "possible_duplicate"
    assert first in warning["fix"]


def test_clients_are_found_by_part_of_their_name_and_by_email(office: Office) -> None:
    wanted = office.client(name="Crème & Café", email="creme@cafe.example")
    office.client(name="Other", email="other@cafe.example")
    for arguments in ({"name": "creme"}, {"email": "CREME@cafe.example"}):
        answer = office.ask("list_clients", **arguments)
        assert [row["id"] for row in answer["clients"]] == [wanted], arguments
        assert answer["has_more"] is False


def test_a_row_is_short(office: Office) -> None:
    office.client(name="L" * 250)
    (row,) = office.ask("list_clients")["clients"]
    assert len(str(row).encode()) <= 300
    assert row["name"].endswith("…")


def test_one_client_in_full(office: Office) -> None:
    wanted = office.client()
    client = office.ask("get_client", id=wanted)["client"]
    assert client["billing_address"]["city"] == "Nantes"


def test_an_unknown_client_leads_to_the_list(office: Office) -> None:
    assert "list_clients" in office.refused("get_client", id=OTHER_ID)["fix"]


def test_the_organization_says_its_day_its_terms_and_its_accounts(office: Office) -> None:
    answer = office.ask("get_organization")
    assert answer["today"] == "2026-07-01"
    assert answer["organization"]["payment_terms_days"] == 30
    (account,) = answer["organization"]["bank_accounts"]
    assert (account["iban"], account["main"]) == ("FR7630006000011234567890189", True)
    assert "balance" not in account
