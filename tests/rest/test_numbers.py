"""Numbers: automatic and without gaps, given by hand, by hand only, and the preview on drafts."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.support.server import Api, Server, expect, make_organization


def warnings(answer: Any) -> list[str]:
    return [warning["code"] for warning in expect(answer, 200)["warnings"]]


def year(api: Api) -> str:
    return api.today[:4]


def test_the_series_begins_at_one_and_goes_up_by_one(fresh: Api) -> None:
    assert [fresh.issued()["number"] for _ in range(3)] == [f"F-{year(fresh)}-00{n}" for n in (1, 2, 3)]


def test_the_year_is_the_issue_dates_and_each_has_its_own_counter(fresh: Api) -> None:
    days = ["2024-12-31", "2025-01-01", "2024-12-31", "2025-06-01"]
    numbers = [fresh.issued(issue_date=day, due_date="2027-01-01")["number"] for day in days]
    assert numbers == ["F-2024-001", "F-2025-001", "F-2024-002", "F-2025-002"]


def test_a_draft_shows_the_number_it_would_get_and_holds_none(fresh: Api) -> None:
    drafts = [fresh.draft() for _ in range(2)]
    preview = f"F-{year(fresh)}-001-PROFORMA"
    assert [draft["number"] for draft in drafts] == [preview, preview]
    assert fresh.get("/client_invoices", **{"filter[number]": preview}).json()["client_invoices"] == []
    listed = fresh.get("/client_invoices").json()["client_invoices"]
    assert {invoice["number"] for invoice in listed} == {preview}
    assert fresh.act(drafts[1]["id"], "finalize")["number"] == f"F-{year(fresh)}-001"
    assert fresh.invoice(drafts[0]["id"])["number"] == f"F-{year(fresh)}-002-PROFORMA"


def test_a_deleted_draft_leaves_no_gap(fresh: Api) -> None:
    fresh.issued()
    fresh.delete(f"/client_invoices/{fresh.draft()['id']}")
    assert fresh.issued()["number"].endswith("-002")


def test_a_refused_finalize_leaves_no_gap(fresh: Api) -> None:
    for _ in range(3):
        expect(fresh.create(status="unpaid", items=[]), 422)
    assert fresh.issued()["number"].endswith("-001")


def test_a_canceled_number_is_not_given_again(fresh: Api) -> None:
    fresh.act(fresh.issued()["id"], "mark_as_canceled")
    assert fresh.issued()["number"].endswith("-002")


@pytest.mark.parametrize("number", ["INV-2023-001", "2026/17", "F-1"])
def test_a_given_number_is_used_as_it_is_with_a_warning(fresh: Api, number: str) -> None:
    answer = fresh.create(status="unpaid", number=number)
    assert warnings(answer) == ["number_out_of_sequence"]
    assert answer.json()["client_invoice"]["number"] == number
    assert fresh.issued()["number"].endswith("-001")


def test_the_counter_skips_a_given_number_of_its_own_form(fresh: Api) -> None:
    assert warnings(fresh.create(status="unpaid", number=f"F-{year(fresh)}-002")) == ["number_out_of_sequence"]
    assert [fresh.issued()["number"][-3:] for _ in range(2)] == ["001", "003"]


def test_the_next_number_given_by_hand_is_in_sequence(fresh: Api) -> None:
    assert warnings(fresh.create(status="unpaid", number=f"F-{year(fresh)}-001")) == []
    assert fresh.issued()["number"].endswith("-002")


def test_a_draft_keeps_its_given_number_and_frees_it_when_it_goes(fresh: Api) -> None:
    draft = fresh.draft(number=f"F-{year(fresh)}-001")
    assert draft["number"] == f"F-{year(fresh)}-001"
    assert fresh.issued()["number"].endswith("-002")
    fresh.delete(f"/client_invoices/{draft['id']}")
    assert [fresh.issued()["number"][-3:] for _ in range(2)] == ["001", "003"]


def test_a_draft_that_changes_its_number_frees_the_old_one(fresh: Api) -> None:
    draft = fresh.draft(number=f"F-{year(fresh)}-001")
    fresh.issued()
    expect(fresh.patch(f"/client_invoices/{draft['id']}", {"number": None}), 200)
    assert fresh.act(draft["id"], "finalize")["number"].endswith("-001")
    assert fresh.issued()["number"].endswith("-003")


def test_an_earlier_date_in_the_series_is_a_warning(fresh: Api) -> None:
    fresh.issued(issue_date="2026-05-02", due_date="2027-01-01")
    assert warnings(fresh.create(status="unpaid", issue_date="2026-05-01", due_date="2027-01-01")) == [
        "backdated_issue_date"
    ]
    assert warnings(fresh.create(status="unpaid", issue_date="2026-05-02", due_date="2027-01-01")) == []


def test_a_due_date_before_the_issue_date_is_a_warning(fresh: Api) -> None:
    answer = fresh.create(status="unpaid", issue_date="2026-05-02", due_date="2026-05-01")
    assert "due_date_before_issue_date" in warnings(answer)


def test_the_number_grows_past_three_digits(server: Server) -> None:
    api = Api(server, make_organization(server.data, "FR", next_number=999))
    assert [api.issued()["number"].rsplit("-", 1)[1] for _ in range(2)] == ["999", "1000"]


def test_numbering_can_begin_where_another_program_left_off(server: Server) -> None:
    api = Api(server, make_organization(server.data, "FR", next_number=42))
    assert api.draft()["number"] == f"F-{year(api)}-042-PROFORMA"
    assert api.issued()["number"] == f"F-{year(api)}-042"
    assert api.issued(issue_date="2024-01-01")["number"] == "F-2024-001"


def test_by_hand_only(new_organization: NewOrganization) -> None:
    api = new_organization("FR", legal_name="Main SARL", numbering_mode="manual")
    answer = api.create(status="unpaid", number="2026-A")
    assert warnings(answer) == []
    assert answer.json()["client_invoice"]["number"] == "2026-A"
    draft = api.draft(number="2026-B")
    expect(api.patch(f"/client_invoices/{draft['id']}", {"number": None}), 422)
    assert api.act(draft["id"], "finalize")["number"] == "2026-B"
    expect(api.patch("/organization", {"numbering_mode": "automatic"}), 200)
    assert api.issued()["number"].endswith("-001")


def test_each_organization_counts_for_itself(fresh: Api, new_organization: NewOrganization) -> None:
    other = new_organization("FR", legal_name="Autre SARL")
    fresh.issued(number="SAME-1")
    assert other.issued(number="SAME-1")["number"] == "SAME-1"
    assert fresh.issued()["number"] == other.issued()["number"]


def test_many_at_once_get_each_number_once(fresh: Api) -> None:
    client_id = fresh.client()["id"]
    drafts = [fresh.draft(client_id=client_id)["id"] for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(lambda each: fresh.act(each, "finalize")["number"], drafts))
    assert sorted(numbers) == [f"F-{year(fresh)}-{n:03d}" for n in range(1, 25)]


def test_one_draft_finalized_twice_at_once_takes_one_number(fresh: Api) -> None:
    draft = fresh.draft()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: fresh.post(f"/client_invoices/{draft['id']}/finalize"), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert fresh.issued()["number"].endswith("-002")


@pytest.mark.parametrize("who", ["FR", "DE", "IT", "ES"])
def test_cancel_warns_where_the_law_wants_a_credit_note(api_of: Any, who: str) -> None:
    api: Api = api_of(who)
    answer = expect(api.post(f"/client_invoices/{api.issued()['id']}/mark_as_canceled"), 200)
    warning = answer["warnings"][0]
    assert warning["code"] == "credit_note_expected"
    assert "credit note" in warning["meta"]["fix"]
    assert warning["meta"]["source"]
