"""/v2/reminders over HTTP: shapes, replacing, filters and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.contract import schema
from tests.contract.schema import faults_of, listed
from tests.support.server import Api, expect, make_token

RULE = schema.obj(
    {
        "email_title": schema.TEXT, "email_body": schema.TEXT, "offset_days": schema.CENTS,
        "operator": schema.one_of(["before", "on", "after"]),
    }
)  # fmt: skip
REMINDER = schema.obj(
    {
        "id": schema.UUID, "organization_id": schema.UUID, "client_id": schema.UUID, "send_to": listed(schema.TEXT),
        "copy_to_self": {"type": "boolean"}, "rules": listed(RULE), "created_at": schema.TIME,
        "updated_at": schema.TIME,
    }
)  # fmt: skip
RULES = [
    {"email_title": "Bientôt", "operator": "before", "offset_days": 3},
    {"email_title": "Aujourd’hui", "operator": "on", "offset_days": 0, "email_body": "Merci."},
    {"email_title": "Rappel", "operator": "after", "offset_days": 7},
]


def body(api: Api, **more: Any) -> dict[str, Any]:
    if "client_id" not in more:
        more["client_id"] = api.client()["id"]
    sent = {"send_to": ["a@client.example"], "copy_to_self": False, "rules": RULES} | more
    return {name: value for name, value in sent.items() if value is not ...}


def made(api: Api, **more: Any) -> dict[str, Any]:
    return expect(api.post("/reminders", body(api, **more)), 201)["reminder"]


def test_they_have_the_whole_shape_bare_and_under_their_name(fr: Api) -> None:
    answer = expect(fr.post("/reminders", body(fr)), 201)
    found = answer.pop("reminder")
    assert found == answer
    assert faults_of(REMINDER, found) == []
    assert found["rules"] == [{"email_body": ""} | rule for rule in RULES]
    assert (found["send_to"], found["copy_to_self"]) == (["a@client.example"], False)
    assert expect(fr.get(f"/reminders/{found['id']}"), 200)["reminder"] == found


def test_creating_again_replaces(fresh: Api) -> None:
    first = made(fresh)
    rules = [{"email_title": "Neu", "offset_days": -1}]
    again = made(fresh, client_id=first["client_id"].upper(), rules=rules, send_to=..., copy_to_self=...)
    assert again["id"] == first["id"]
    assert (again["send_to"], again["copy_to_self"]) == ([], True)
    assert again["rules"] == [{"email_title": "Neu", "email_body": "", "offset_days": 1, "operator": "before"}]
    assert expect(fresh.get("/reminders"), 200)["reminders"] == [again]


def test_putting_replaces_the_rules(fr: Api) -> None:
    first = made(fr)
    answer = fr.http.put(f"/v2/reminders/{first['id']}", json={"rules": RULES[:1]})
    changed = expect(answer, 200)["reminder"]
    assert len(changed["rules"]) == 1
    assert (changed["send_to"], changed["copy_to_self"]) == (first["send_to"], False)
    other = {"rules": RULES, "client_id": fr.client()["id"]}
    (fault,) = expect(fr.http.put(f"/v2/reminders/{first['id']}", json=other), 422)["errors"]
    assert (fault["code"], fault["source"]["pointer"]) == ("read_only", "/data/attributes/client_id")


def test_deleted_they_are_gone(fr: Api) -> None:
    path = f"/reminders/{made(fr)['id']}"
    assert fr.delete(path).status_code == 204
    for answer in (fr.get(path), fr.delete(path), fr.http.put(f"/v2{path}", json={"rules": RULES})):
        assert expect(answer, 404)["errors"][0]["code"] == "not_found"


@pytest.mark.parametrize("name", ["filter[client_ids]", "filter[client_id]", "client_ids", "client_id"])
def test_the_list_is_asked_for_some_clients(fresh: Api, name: str) -> None:
    first, second, _third = made(fresh), made(fresh), made(fresh)
    wanted = f"{first['client_id']},{second['client_id'].upper()}"
    answer = expect(fresh.get("/reminders", **{name: wanted}), 200)
    assert [each["id"] for each in answer["reminders"]] == [second["id"], first["id"]]
    assert answer["meta"]["total_count"] == 2
    assert expect(fresh.get("/reminders", **{name: "nobody"}), 200)["reminders"] == []


def test_a_page_has_up_to_500(fr: Api) -> None:
    assert expect(fr.get("/reminders", per_page=500), 200)["meta"]["per_page"] == 500
    expect(fr.get("/reminders", per_page=501), 400)
    assert expect(fr.get("/reminders"), 200)["meta"]["per_page"] == 100


@pytest.mark.parametrize(
    ("more", "code", "pointer"),
    [
        ({"client_id": ...}, "missing_value", "client_id"), ({"rules": ...}, "missing_value", "rules"),
        ({"rules": []}, "invalid_format", "rules"), ({"rules": RULES * 2}, "too_long", "rules"),
        ({"rules": [{"offset_days": 1}]}, "missing_value", "rules/0/email_title"),
        ({"rules": [{"email_title": "x", "operator": "near"}]}, "not_in_list", "rules/0/operator"),
        ({"rules": [{"email_title": "x", "offset_days": 366}]}, "invalid_format", "rules/0/offset_days"),
        ({"rules": [{"email_title": "a\nb"}]}, "invalid_text", "rules/0/email_title"),
        ({"send_to": ["nobody"]}, "invalid_format", "send_to/0"),
        ({"client_id": "019f56b7-0000-7000-8000-000000000001"}, "invalid_client_id", "client_id"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_pointed_at(fr: Api, more: dict[str, Any], code: str, pointer: str) -> None:
    errors = expect(fr.post("/reminders", body(fr, **more)), 422)["errors"]
    assert (code, f"/data/attributes/{pointer}") in [(fault["code"], fault["source"]["pointer"]) for fault in errors]


def test_anothers_are_404(fr: Api, de: Api) -> None:
    expect(fr.get(f"/reminders/{made(de)['id']}"), 404)


def test_the_scopes_of_client_invoices_count(fr: Api) -> None:
    token = make_token(fr.organization, fr.server.data, "client_invoices.read")
    reader = fr.server.http(Authorization=f"Bearer {token}")
    assert reader.get("/v2/reminders").status_code == 200
    assert reader.post("/v2/reminders", json=body(fr)).status_code == 403


def test_a_deleted_client_has_none(fr: Api) -> None:
    found = made(fr)
    assert fr.delete(f"/clients/{found['client_id']}").status_code == 204
    expect(fr.get(f"/reminders/{found['id']}"), 404)


def test_an_invoice_that_is_due_today_is_reminded_of_by_itself(worker: Api) -> None:
    client_id = worker.client()["id"]
    made(worker, client_id=client_id, send_to=...)
    invoice = worker.issued(client_id=client_id, due_date=worker.today)
    deadline = time.monotonic() + 15
    emails: list[dict[str, Any]] = []
    while [each["status"] for each in emails] != ["sent"] and time.monotonic() < deadline:
        time.sleep(0.05)
        emails = expect(worker.get(f"/client_invoices/{invoice['id']}/emails"), 200)["emails"]
    assert [(each["status"], each["reminder_days"], each["email_title"]) for each in emails] == [
        ("sent", 0, "Aujourd’hui")
    ]
    assert emails[0]["send_to"] == ["compta@client.example"]
