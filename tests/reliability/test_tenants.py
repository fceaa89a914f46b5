"""R5: whoever asks for another organization's things is answered, to the byte, as for things that are not there.

Every route with every id of every kind, by a key and by tokens of one scope each; ids in paths, in bodies, in filters
and in links; every tool of /mcp; public pages, files, pages of people. Full size makes more than 10,000 probes.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from starlette.testclient import TestClient

from counterfoil.app import House, create_app
from counterfoil.settings import Settings
from tests.mcp.conftest import Office
from tests.mcp.connecting import Assistant
from tests.mcp.test_read_only import right_calls
from tests.plugins.figures import Figure, chance
from tests.plugins.repeatable import is_full_size
from tests.rest.test_access import FOREIGN, ROUTES, SCOPES, UNKNOWN, things_of
from tests.support.server import Api, Server, make_organization, make_token
from tests.web.conftest import MovableClock

PROBES_MIN = 10_000 if is_full_size() else 350
# Names the owner of the things alone: an answer that has it leaked.
OWNER = "Zqowner GmbH"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_MOVES = {"x-tyk-trace-id", "date"}
BODIES = {(method, re.sub(r"\{\w+\}", "{}", f"/v2{path}")): body for method, path, body in FOREIGN}


class InProcess(Server):
    """A server in this process, as tests of the running one know it."""

    def __init__(self, house: House) -> None:
        self.data = house.settings.data
        self.url = "http://127.0.0.1:8642"
        self.app = create_app(house)

    def http(self, **headers: str) -> Any:
        return TestClient(self.app, base_url=self.url, headers=headers, raise_server_exceptions=True)


@dataclass
class Two:
    """Two organizations of one house. things: of the owner, by kind; secrets: its texts that nobody else may see."""

    asking: Api
    owner: Api
    things: dict[str, str]
    house: House

    @property
    def http(self) -> Any:
        return self.asking.http


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    data: Path = tmp_path_factory.mktemp("tenants")
    house = House(Settings(data=data, rate_limits="off"))
    running = InProcess(house)
    owner = Api(running, make_organization(data, "DE", legal_name=OWNER))
    asking = Api(running, make_organization(data, "FR"))
    things = things_of(owner)
    invoice = owner.issued()
    things |= {"issued": invoice["id"], "hook": things["webhook"]}
    yield Two(asking, owner, things, house)
    house.close()


def shown(answer: Any) -> tuple[int, dict[str, str], str]:
    """Status, headers and body, without what differs from answer to answer anyway: trace ids, and the id asked for."""
    headers = {name: value for name, value in answer.headers.items() if name not in _MOVES}
    body = re.sub(r'"trace_id": ?"\w+"', '"trace_id":""', answer.text)
    return answer.status_code, headers, _UUID.sub("-", body)


def probe(http: Any, method: str, path: str, found: str, body: Any, authorization: str) -> None:
    """One probe: the thing's id, and then an unknown one, in the same request."""
    sent = {"headers": {"Authorization": authorization}} | ({} if body is None else {"json": body})
    foreign = http.request(method, path.replace(UNKNOWN, found), **_with(sent, found))
    unknown = http.request(method, path, **sent)
    assert shown(foreign) == shown(unknown), f"{method} {path} {found}"
    assert OWNER not in foreign.text, f"{method} {path}"


def _with(sent: Mapping[str, Any], found: str) -> dict[str, Any]:
    if "json" not in sent:
        return dict(sent)
    return {**sent, "json": json.loads(json.dumps(sent["json"]).replace(UNKNOWN, found))}


def routes() -> list[tuple[str, str, Any]]:
    """Every route that has an id in its path, with UNKNOWN in its place and a body that would do."""
    return [
        (method, re.sub(r"\{\w+\}", UNKNOWN, path), BODIES.get((method, re.sub(r"\{\w+\}", "{}", path))))
        for method, path in ROUTES
        if "{" in path
    ]


@pytest.mark.timeout(3600)
def test_every_route_answers_for_anothers_id_as_for_an_unknown_one(two: Two, figure: Figure) -> None:
    key = two.asking.organization.api_key
    tokens = [make_token(two.asking.organization, two.house.settings.data, scope) for scope in SCOPES]
    principals = [key, *(f"Bearer {token}" for token in tokens)]
    ids = sorted(set(two.things.values()))
    every = [(route, found, who) for route in routes() for found in ids for who in principals]
    chosen = every if is_full_size() else [
        *((route, found, key) for route in routes() for found in ids[:2]),
        *chance("tenants").sample(every, 250),
    ]  # fmt: skip

    for (method, path, body), found, who in chosen:
        probe(two.http, method, path, found, body, who)

    before = two.owner.invoice(two.things["invoice"])
    assert before["status"] == "draft"
    assert len(chosen) >= PROBES_MIN
    figure("R5", "ids of another organization in every route, by keys and tokens", len(chosen), "probes", "0 leaks")


def references(two: Two) -> list[tuple[str, str, Any]]:
    """Bodies and filters that name a thing, with UNKNOWN in the place of its id."""
    api = two.asking
    mine = api.client()["id"]
    bill = api.invoice_body(client_id=mine)
    credit = {"issue_date": api.today, "reason": "x", "currency": "EUR", "items": [api.item()]}
    quote = {"client_id": UNKNOWN, "issue_date": api.today, "expiry_date": api.today, "currency": "EUR",
             "terms_and_conditions": "x", "items": [api.item()]}  # fmt: skip
    rules = [{"email_title": "x", "offset_days": 1, "operator": "after"}]
    lists = ("client_invoices", "quotes", "credit_notes", "supplier_invoices", "recurring_invoices", "clients",
             "products", "reminders", "bank_accounts")  # fmt: skip
    return [
        ("POST", "/v2/client_invoices", bill | {"client_id": UNKNOWN}),
        ("POST", "/v2/client_invoices", bill | {"invoice_type": "balance", "deposit_invoice_ids": [UNKNOWN]}),
        ("POST", "/v2/client_invoices", bill | {"upload_id": UNKNOWN}),
        ("POST", "/v2/client_invoices", bill | {"items": [api.item(product_id=UNKNOWN)]}),
        ("POST", "/v2/credit_notes", credit | {"invoice_id": UNKNOWN}),
        ("POST", "/v2/quotes", quote),
        ("POST", "/v2/quotes", quote | {"client_id": mine, "items": [api.item(product_id=UNKNOWN)]}),
        ("POST", "/v2/reminders", {"client_id": UNKNOWN, "send_to": ["a@b.example"], "rules": rules}),
        ("POST", "/v2/attachment_uploads/" + UNKNOWN + "/use", {"target": "standalone"}),
        *(("GET", f"/v2/{name}?filter[client_id]={UNKNOWN}", None) for name in lists),
        *(("GET", f"/v2/{name}?client_id={UNKNOWN}&attachment_ids[]={UNKNOWN}", None) for name in lists),
        ("GET", f"/v2/supplier_invoices?filter[attachment_id][]={UNKNOWN}", None),
    ]


def test_ids_in_bodies_and_filters_lead_nowhere(two: Two) -> None:
    for method, path, body in references(two):
        for found in sorted(set(two.things.values())) if is_full_size() else sorted(set(two.things.values()))[::4]:
            probe(two.http, method, path, found, body, two.asking.organization.api_key)


def test_lists_bulk_and_search_show_ones_own_alone(two: Two) -> None:
    for method, path in ROUTES:
        if method == "GET" and "{" not in path:
            answer = two.http.get(path, params={"per_page": 100})
            assert OWNER not in answer.text, path
            assert not set(two.things.values()) & set(_UUID.findall(answer.text)), path


def test_links_to_files_are_of_one_file_in_one_organization(two: Two) -> None:
    link = two.owner.get(f"/attachments/{two.things['attachment']}").json()["attachment"]["url"]
    path = link.removeprefix("http://127.0.0.1:8642")
    anyone = TestClient(two.http.app, base_url=two.owner.server.url)
    assert anyone.get(path).status_code == 200
    mine = two.asking.organization.id
    changed = [path.replace(two.owner.organization.id, mine), path.replace(two.things["attachment"], UNKNOWN)]
    changed += [path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("expires=", "expires=1")]
    assert {anyone.get(each).status_code for each in changed} == {404}


def test_pages_of_people_show_an_approval_to_its_organization_alone(two: Two) -> None:
    for path in ("/approvals", f"/approvals/{'A' * 43}", "/access"):
        answer = two.http.get(path, follow_redirects=False)
        assert OWNER not in answer.text
        assert answer.status_code in (303, 401, 404)


def test_a_public_page_is_found_by_its_token_and_by_no_id(two: Two) -> None:
    token = two.owner.invoice(two.things["issued"])["invoice_url"].rsplit("/", 1)[1]
    assert OWNER in two.http.get(f"/i/{token}").text
    chances = random.Random(1)
    near = [token[:-1] + ("A" if token[-1] != "A" else "B"), token.swapcase(), token[1:], token + "A"]
    near += ["".join(chances.choices("ABCDEFabcdef0123456789-_", k=len(token))) for _ in range(20)]
    for wrong in [*two.things.values(), *near]:
        answer = two.http.get(f"/i/{wrong}")
        assert answer.status_code == 404
        assert OWNER not in answer.text


def test_every_tool_answers_for_anothers_things_as_for_unknown_ones(tmp_path: Path, figure: Figure) -> None:
    house = House(Settings(data=tmp_path / "mcp", rate_limits="off"), clock=MovableClock())
    owner = Office(house, make_organization(house.settings.data, "FR", legal_name=OWNER).id)
    asking = Office(house, make_organization(house.settings.data, "DE").id)
    calls = right_calls(owner)
    theirs = sorted(set(_UUID.findall(json.dumps(calls))))
    probes = [
        (tool, arguments | {name: found}, arguments | {name: UNKNOWN})
        for tool, arguments in calls.items()
        for name in arguments
        if name == "id" or name.endswith("_id")
        for found in (theirs if is_full_size() else theirs[:2])
    ]

    async def scenario(assistant: Assistant) -> None:
        for tool, foreign, unknown in probes:
            answers = [await assistant.call(tool, **arguments) for arguments in (foreign, unknown)]
            assert said(answers[0]) == said(answers[1]), tool
        for tool, arguments in calls.items():
            assert OWNER not in said(await assistant.call(tool, **arguments)), tool

    asking.work(scenario)
    house.close()
    assert len({tool for tool, *_ in probes}) >= 20
    figure("R5", "another organization's ids in every tool of /mcp", len(probes) + len(calls), "calls", "0 leaks")


def said(result: Any) -> str:
    """A tool's answer without ids and moments."""
    return _UUID.sub("-", cast("str", result.model_dump_json()))
