"""GET /v2/client_invoices: filters, sorting and pages of the list page, on an organization with known documents."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import NewOrganization
from tests.contract import schema
from tests.contract.schema import faults_of
from tests.support import databases
from tests.support.server import Api, expect

IMPORTED = "11111111-2222-7333-8444-555555555555"


@dataclass(frozen=True)
class Shelf:
    """An organization with two documents of each status (c1 paused between the two), and one imported."""

    api: Api
    ids: tuple[str, ...]
    statuses: dict[str, tuple[str, str]]
    other_client: str

    def found(self, **params: Any) -> list[str]:
        """Ids of the list with these parameters."""
        listed = expect(self.api.get("/client_invoices", **params), 200)["client_invoices"]
        return [invoice["id"] for invoice in listed]

    def meta(self, **params: Any) -> dict[str, Any]:
        return dict(expect(self.api.get("/client_invoices", **params), 200)["meta"])


def add_imported(api: Api, like: str) -> None:
    """Files a copy of an invoice as imported, as a later import will do; the API itself cannot import yet."""
    from counterfoil.app import House
    from counterfoil.cli.initialize import house_settings
    from counterfoil.operations.work import Actor
    from counterfoil.store import client_invoices, organizations

    house = House(house_settings(api.server.data, **databases.settings_of(api.server.data)))
    try:
        with house.works.write(Actor(api.organization.id, "test")) as work:
            row = client_invoices.get(work.conn, api.organization.id, like)
            assert row is not None
            seq, created_at = organizations.take_seq(work.conn, work.organization, work.timestamp)
            frozen = json.dumps(json.loads(row.frozen) | {"id": IMPORTED, "number": "IMP-1"}, separators=(",", ":"))
            copy = row._replace(
                id=IMPORTED, number="IMP-1", seq=seq, created_at=created_at, imported=True, frozen=frozen,
                public_token="imported-token",
            )  # fmt: skip
            client_invoices.insert_invoice(work.conn, api.organization.id, copy)
    finally:
        house.close()


@pytest.fixture(scope="module")
def shelf(new_organization: NewOrganization) -> Shelf:
    api = new_organization("FR", legal_name="Liste SARL")
    client = api.client()["id"]
    other = api.client(name="Autre")["id"]
    made: list[str] = []
    statuses: dict[str, tuple[str, str]] = {}
    for position, (status, who) in enumerate(
        (s, c) for c in (client, other) for s in ("draft", "unpaid", "paid", "canceled")
    ):
        day = f"2026-0{position + 1}-15"
        more = {"client_id": who, "issue_date": day, "due_date": day.replace("2026", "2027")}
        invoice = api.draft(**more) if status == "draft" else api.issued(**more)
        if status in ("paid", "canceled"):
            api.act(invoice["id"], f"mark_as_{status}")
        made.append(invoice["id"])
        statuses[status] = (statuses.get(status, ("", ""))[1], invoice["id"])
        time.sleep(0.002)
    add_imported(api, made[1])
    return Shelf(api, tuple(made), statuses, other)


def test_the_list_is_an_envelope_with_the_documents_as_get_shows_them(shelf: Shelf) -> None:
    answer = expect(shelf.api.get("/client_invoices"), 200)
    assert set(answer) == {"client_invoices", "meta"}
    for invoice in answer["client_invoices"]:
        assert faults_of(schema.INVOICE, invoice) == []
        assert invoice == shelf.api.invoice(invoice["id"])
    assert faults_of(schema.META, answer["meta"]) == []


def test_defaults_are_page_one_of_a_hundred_newest_first_without_imported(shelf: Shelf) -> None:
    assert shelf.found() == list(reversed(shelf.ids))
    assert shelf.meta() == {
        "current_page": 1, "next_page": None, "prev_page": None, "total_pages": 1, "total_count": 8, "per_page": 100,
    }  # fmt: skip


@pytest.mark.parametrize("status", schema.STATUSES)
def test_one_status(shelf: Shelf, status: str) -> None:
    assert shelf.found(**{"filter[status]": status}) == list(reversed(shelf.statuses[status]))


@pytest.mark.parametrize(
    "params",
    [{"filter[status]": "draft,paid"}, {"filter[status]": "draft, paid,"}, {"filter[status]": ["draft", "paid"]},
     {"filter[status][]": ["draft", "paid"]}, {"filter[status][]": "draft,paid", "filter[status]": "draft"}],
)  # fmt: skip
def test_several_statuses_in_every_spelling(shelf: Shelf, params: dict[str, Any]) -> None:
    wanted = {*shelf.statuses["draft"], *shelf.statuses["paid"]}
    assert set(shelf.found(**params)) == wanted
    assert shelf.meta(**params)["total_count"] == 4


def test_an_unknown_status_is_refused_with_the_list(shelf: Shelf) -> None:
    fault = expect(shelf.api.get("/client_invoices", **{"filter[status]": "draft,overdue"}), 400)["errors"][0]
    assert fault["code"] == "not_in_list"
    assert fault["source"] == {"parameter": "filter[status]"}
    assert fault["meta"]["allowed"] == schema.STATUSES


@pytest.mark.parametrize("field", ["created_at", "updated_at"])
def test_a_span_of_time_is_inclusive_at_both_ends(shelf: Shelf, field: str) -> None:
    times = {each: shelf.api.invoice(each)[field] for each in shelf.ids}
    for start, end in ((shelf.ids[2], shelf.ids[5]), (shelf.ids[0], shelf.ids[0])):
        wanted = {each for each, moment in times.items() if times[start] <= moment <= times[end]}
        params = {f"filter[{field}_from]": times[start], f"filter[{field}_to]": times[end]}
        assert set(shelf.found(**params)) == wanted
    assert set(shelf.found(**{f"filter[{field}_from]": times[shelf.ids[6]]})) == {
        each for each, moment in times.items() if moment >= times[shelf.ids[6]]
    }


@pytest.mark.parametrize(
    "moment", ["2022-02-01T12:01:02Z", "2022-02-01T13:01:02+01:00", "2022-02-01T12:01:02", "2022-02-01"]
)
def test_times_come_in_any_iso_form(shelf: Shelf, moment: str) -> None:
    assert len(shelf.found(**{"filter[created_at_from]": moment})) == 8
    assert shelf.found(**{"filter[created_at_to]": moment}) == []


def test_a_plus_sign_that_was_not_encoded_is_understood(shelf: Shelf) -> None:
    answer = shelf.api.http.get("/v2/client_invoices?filter[created_at_from]=2022-02-01T13:01:02+01:00")
    assert len(expect(answer, 200)["client_invoices"]) == 8


def test_filters_go_together(shelf: Shelf) -> None:
    params = {"filter[status]": "paid,unpaid", "filter[client_id]": shelf.other_client, "sort_by": "created_at:asc"}
    assert shelf.found(**params) == [shelf.ids[5], shelf.ids[6]]


@pytest.mark.parametrize(("value", "count"), [("true", 8), ("false", 9), (None, 8)])
def test_imported_invoices_are_excluded_unless_asked_for(shelf: Shelf, value: str | None, count: int) -> None:
    params = {} if value is None else {"exclude_imported": value}
    assert shelf.meta(**params)["total_count"] == count
    assert (IMPORTED in shelf.found(**params)) == (count == 9)


def test_sorting_by_creation_both_ways(shelf: Shelf) -> None:
    assert shelf.found(sort_by="created_at:asc") == list(shelf.ids)
    assert shelf.found(sort_by="created_at:desc") == list(reversed(shelf.ids))


@pytest.mark.parametrize(
    ("params", "parameter", "code"),
    [
        ({"sort_by": "total:asc"}, "sort_by", "not_in_list"),
        ({"sort_by": "created_at"}, "sort_by", "not_in_list"),
        ({"exclude_imported": "maybe"}, "exclude_imported", "not_in_list"),
        ({"page": 0}, "page", "bad_request"),
        ({"page": "two"}, "page", "bad_request"),
        ({"per_page": 0}, "per_page", "bad_request"),
        ({"per_page": 101}, "per_page", "bad_request"),
        ({"per_page": "-1"}, "per_page", "bad_request"),
        ({"filter[created_at_from]": "yesterday"}, "filter[created_at_from]", "bad_request"),
        ({"filter[updated_at_to]": "2026-13-01"}, "filter[updated_at_to]", "bad_request"),
        ({"filter[due_date_from]": "31.12.2026"}, "filter[due_date_from]", "bad_request"),
        ({"filter[number]": "a\nb"}, "filter[number]", "bad_request"),
    ],
)
def test_a_parameter_with_a_wrong_value_is_named(
    shelf: Shelf, params: dict[str, Any], parameter: str, code: str
) -> None:
    fault = expect(shelf.api.get("/client_invoices", **params), 400)["errors"][0]
    assert (fault["code"], fault["source"]) == (code, {"parameter": parameter})
    assert fault["meta"]["fix"]


@pytest.mark.parametrize(
    "params",
    [
        {"filter[colour]": "red"},
        {"filter[]": "{'email': 'x'}"},
        {"surprise": "1"},
        {"filter[status]": ""},
        {"page": ""},
    ],
)
def test_unknown_and_empty_parameters_are_ignored(shelf: Shelf, params: dict[str, Any]) -> None:
    assert len(shelf.found(**params)) == 8


@pytest.mark.parametrize("name", ["page", "current_page"])
def test_pages_meet_without_overlap_and_say_where_they_stand(shelf: Shelf, name: str) -> None:
    seen: list[str] = []
    for number, following, before in ((1, 2, None), (2, 3, 1), (3, None, 2)):
        seen += shelf.found(per_page=3, **{name: number})
        assert shelf.meta(per_page=3, **{name: number}) == {
            "current_page": number, "next_page": following, "prev_page": before, "total_pages": 3, "total_count": 8,
            "per_page": 3,
        }  # fmt: skip
    assert seen == list(reversed(shelf.ids))


def test_the_edges_of_a_page(shelf: Shelf) -> None:
    assert len(shelf.found(per_page=1)) == 1
    assert len(shelf.found(per_page=100)) == 8
    assert shelf.found(page=99) == []
    past = shelf.meta(page=99)
    assert (past["next_page"], past["prev_page"], past["total_count"]) == (None, 1, 8)


def test_an_empty_organization_has_an_empty_page(fresh: Api) -> None:
    answer = expect(fresh.get("/client_invoices"), 200)
    assert answer["client_invoices"] == []
    assert (answer["meta"]["total_count"], answer["meta"]["next_page"], answer["meta"]["prev_page"]) == (0, None, None)


def test_ours_number_client_and_dates(shelf: Shelf) -> None:
    unpaid = shelf.api.invoice(shelf.ids[1])
    assert shelf.found(**{"filter[number]": unpaid["number"]}) == [unpaid["id"]]
    assert set(shelf.found(**{"filter[client_id]": shelf.other_client})) == set(shelf.ids[4:])
    assert shelf.found(**{"filter[client_id]": shelf.other_client.upper()}) == list(reversed(shelf.ids[4:]))
    issue = {"filter[issue_date_from]": "2026-02-15", "filter[issue_date_to]": "2026-03-15"}
    assert set(shelf.found(**issue)) == {shelf.ids[1], shelf.ids[2]}
    due = {"filter[due_date_from]": "2027-02-15", "filter[due_date_to]": "2027-03-15"}
    assert set(shelf.found(**due)) == {shelf.ids[1], shelf.ids[2]}
    assert shelf.found(**{"filter[due_date]": "2027-01-15"}) == [shelf.ids[0]]


def test_counts_follow_every_change_of_status(fresh: Api) -> None:
    def counts() -> dict[str, int]:
        return {
            status: expect(fresh.get("/client_invoices", **{"filter[status]": status}), 200)["meta"]["total_count"]
            for status in schema.STATUSES
        }

    invoice = fresh.draft()
    assert counts() == {"draft": 1, "unpaid": 0, "paid": 0, "canceled": 0}
    fresh.act(invoice["id"], "finalize")
    fresh.act(invoice["id"], "mark_as_paid")
    assert counts() == {"draft": 0, "unpaid": 0, "paid": 1, "canceled": 0}
    fresh.act(invoice["id"], "unmark_as_paid")
    fresh.act(invoice["id"], "mark_as_canceled")
    assert counts() == {"draft": 0, "unpaid": 0, "paid": 0, "canceled": 1}
    fresh.delete(f"/client_invoices/{fresh.draft()['id']}")
    assert fresh.count() == 1
