"""Approvals as an assistant meets them: asked of its user where its program can ask, told in words where it cannot."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import MCPError
from mcp.server.request_state import AESGCMRequestStateCodec
from mcp_types import CallToolResult, ElicitResult, InputRequiredResult

from counterfoil.app import House
from counterfoil.operations import approvals
from counterfoil.operations.work import Actor
from tests.mcp.conftest import LINE, SECRET, Answer, Office
from tests.mcp.connecting import ERAS, Assistant, conforming, over_http, run
from tests.plugins.repeatable import is_full_size
from tests.support.server import BUYERS, command, make_organization, start_server

STATUS = "change_client_invoice_status"
COMPANY = {
    "kind": "company", "name": "ACME", "billing_address": BUYERS["FR"], "tax_identification_number": "732829320",
    "vat_number": "FR44732829320",
}  # fmt: skip


class User:
    """Answers questions of the server; `asked` keeps their words."""

    def __init__(self, action: str = "accept", content: dict[str, Any] | None = None) -> None:
        self.asked: list[str] = []
        self._answer = ElicitResult.model_validate({"action": action, "content": content})

    async def __call__(self, _context: Any, params: Any) -> ElicitResult:
        self.asked.append(params.message)
        return self._answer


def yes() -> User:
    return User("accept", {"approve": True})


def finalized(office: Office, invoice_id: str, answer: Answer | None, **more: Any) -> CallToolResult:
    async def scenario(assistant: Assistant) -> CallToolResult:
        return await assistant.call(STATUS, id=invoice_id, finalize=True)

    return office.work(scenario, **({"policy": "always"} | more), answer=answer)


def state(office: Office, invoice_id: str) -> str:
    return str(office.ask("get_client_invoice", id=invoice_id)["client_invoice"]["status"])


@pytest.mark.parametrize("era", ERAS)
def test_the_user_is_asked_once_and_the_call_goes_through(office: Office, era: str) -> None:
    draft, user = office.draft(), yes()
    result = finalized(office, draft["id"], user, era=era)
    assert not result.is_error, result.structured_content
    assert result.structured_content["client_invoice"]["status"] == "unpaid"
    (question,) = user.asked
    assert "1440" in question.replace(",", "").replace(" ", "")


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "user", [("accept", {"approve": False}), ("accept", None), ("decline", None), ("cancel", None)], ids=str
)
def test_anything_but_a_yes_changes_nothing(office: Office, era: str, user: tuple[str, Any]) -> None:
    draft = office.draft()
    result = finalized(office, draft["id"], User(*user), era=era)
    assert result.is_error
    assert result.structured_content["code"] == "approval_declined"
    assert state(office, draft["id"]) == "draft"


@pytest.mark.parametrize("era", ERAS)
def test_a_client_that_cannot_ask_is_told_what_its_user_does(office: Office, house: House, era: str) -> None:
    draft = office.draft()
    failure = finalized(office, draft["id"], None, era=era).structured_content
    assert failure["code"] == "approval_required"
    approval = failure["approval"]
    assert approval.keys() >= {"id", "url", "expires_at", "summary"}
    assert approval["id"] in failure["fix"]
    assert "repeat this call unchanged" in failure["fix"]
    assert finalized(office, draft["id"], None, era=era).structured_content["approval"]["id"] == approval["id"]
    # When a person says yes, the same call goes through, once.
    with house.works.write(Actor(office.organization_id, "terminal")) as work:
        approvals.approve(work, approval["id"], approvals.TERMINAL)
    assert not finalized(office, draft["id"], None, era=era).is_error
    assert state(office, draft["id"]) == "unpaid"


def test_where_a_person_is_needed_no_program_is_asked(office: Office) -> None:
    draft, user = office.draft(), yes()
    result = finalized(office, draft["id"], user, policy="always by:person")
    assert result.structured_content["code"] == "approval_required"
    assert user.asked == []


def test_what_is_not_guarded_asks_nobody(office: Office) -> None:
    user, client_id = yes(), office.client()

    async def scenario(assistant: Assistant) -> None:
        draft = await assistant.ask("create_client_invoice", client_id=client_id, items=[LINE])
        await assistant.ask("update_client_invoice", id=draft["client_invoice"]["id"], footer="Merci")

    office.work(scenario, policy="always", answer=user)
    assert user.asked == []


def test_a_preview_needs_no_approval(office: Office) -> None:
    draft = office.draft()

    async def scenario(assistant: Assistant) -> dict[str, Any]:
        return await assistant.ask(STATUS, id=draft["id"], finalize=True, preview=True)

    found = office.work(scenario, policy="always")
    assert found["is_preview"] is True
    assert found["next_actions"][0]["arguments"] == {"id": draft["id"], "finalize": True}
    assert state(office, draft["id"]) == "draft"


async def asked(assistant: Assistant, arguments: dict[str, Any]) -> str:
    """The state that the server gives with its question."""
    found = await assistant.client.session.call_tool(STATUS, arguments, allow_input_required=True)
    assert isinstance(found, InputRequiredResult)
    assert found.request_state
    return found.request_state


async def answered(assistant: Assistant, arguments: dict[str, Any], sealed: str | None, tool: str = STATUS) -> Any:
    """The outcome of a call that carries a yes."""
    responses = {"approve": ElicitResult(action="accept", content={"approve": True})}
    return await assistant.client.session.call_tool(
        tool, arguments, input_responses=responses, request_state=sealed, allow_input_required=True
    )


def test_a_yes_without_the_servers_state_counts_for_nothing(office: Office) -> None:
    draft = office.draft()
    arguments = {"id": draft["id"], "finalize": True}
    found = office.work(lambda a: answered(a, arguments, None), policy="always", answer=yes())
    assert isinstance(found, InputRequiredResult)
    assert state(office, draft["id"]) == "draft"


def test_a_state_serves_its_own_call_alone(office: Office) -> None:
    draft, other = office.draft(), office.draft()
    arguments = {"id": draft["id"], "finalize": True}

    async def scenario(assistant: Assistant) -> list[str]:
        sealed = await asked(assistant, arguments)
        moved = [
            ({"id": other["id"], "finalize": True}, STATUS),
            ({**arguments, "idempotency_key": "k"}, STATUS),
            ({"id": draft["id"]}, "delete_client_invoice"),
        ]
        told = []
        for given, tool in moved:
            with pytest.raises(MCPError) as refusal:
                await answered(assistant, given, sealed, tool)
            told.append(refusal.value.error.message)
        return told

    told = office.work(scenario, policy="always", answer=yes())
    assert all("Nothing was done" in message for message in told)
    assert {state(office, draft["id"]), state(office, other["id"])} == {"draft"}


def test_a_state_serves_its_own_caller_alone(office: Office) -> None:
    draft = office.draft()
    arguments = {"id": draft["id"], "finalize": True}
    sealed = office.work(lambda a: asked(a, arguments), policy="always", answer=yes())

    async def scenario(assistant: Assistant) -> None:
        with pytest.raises(MCPError, match="requestState"):
            await answered(assistant, arguments, sealed)

    office.work(scenario, policy="always", credential_id="another", answer=yes())
    assert state(office, draft["id"]) == "draft"


def test_a_state_that_was_used_does_nothing_more(office: Office) -> None:
    draft = office.draft()
    arguments = {"id": draft["id"], "finalize": True}

    async def scenario(assistant: Assistant) -> tuple[Any, Any]:
        sealed = await asked(assistant, arguments)
        return await answered(assistant, arguments, sealed), await answered(assistant, arguments, sealed)

    first, second = office.work(scenario, policy="always", answer=yes())
    assert not conforming(STATUS, first).is_error
    assert conforming(STATUS, second).is_error
    assert second.structured_content["code"] != "internal_error"


def test_a_document_that_changed_meanwhile_is_asked_for_anew(office: Office) -> None:
    draft = office.draft()
    arguments = {"id": draft["id"], "finalize": True}

    async def scenario(assistant: Assistant) -> Any:
        sealed = await asked(assistant, arguments)
        await assistant.ask("update_client_invoice", id=draft["id"], items=[{**LINE, "unit_price": "99000"}])
        return await answered(assistant, arguments, sealed)

    found = office.work(scenario, policy="always", answer=yes())
    assert isinstance(found, InputRequiredResult)
    assert state(office, draft["id"]) == "draft"


def test_forged_states_do_nothing(office: Office) -> None:
    draft, many = office.draft(), 1_000 if is_full_size() else 100
    arguments = {"id": draft["id"], "finalize": True}
    chance = random.Random(5)

    def forgeries(sealed: str) -> list[str]:
        approval_id = "apr_" + "x" * 32
        claims = {"v": 1, "iat": 0, "exp": 1e12, "m": "tools/call", "t": STATUS, "a": "", "s": approval_id}
        another_key = AESGCMRequestStateCodec([b"k" * 32]).seal(json.dumps(claims).encode())
        same_key = AESGCMRequestStateCodec([SECRET]).seal(json.dumps(claims).encode())  # but bound to nothing
        expired = AESGCMRequestStateCodec([SECRET]).seal(json.dumps({**claims, "exp": 1}).encode())
        found = ["", "v1.", approval_id, json.dumps(claims), another_key, same_key, expired, sealed[:-4], sealed * 2]
        while len(found) < many:
            place = chance.randrange(len(sealed))
            letter = chance.choice(string.ascii_letters.replace(sealed[place], ""))
            found.append(sealed[:place] + letter + sealed[place + 1 :])
        return found

    async def scenario(assistant: Assistant) -> int:
        sealed = await asked(assistant, arguments)
        refused = 0
        for forged in forgeries(sealed):
            with pytest.raises(MCPError, match="requestState"):
                await answered(assistant, arguments, forged)
            refused += 1
        return refused

    assert office.work(scenario, policy="always", answer=yes()) == many
    assert state(office, draft["id"]) == "draft"


def test_over_http_any_process_opens_what_another_one_sealed(tmp_path: Path) -> None:
    make_organization(tmp_path, "FR")
    made = command("token", "create", "--data", str(tmp_path), "--approvals", "always", "--json")
    bearer = "Bearer " + json.loads(made.stdout)["token"]

    def at_a_new_server(scenario: Callable[[Assistant], Awaitable[Any]]) -> Any:
        server = start_server(tmp_path, "--no-jobs")

        async def connected() -> Any:
            async with over_http(server, bearer, answer=yes()) as assistant:
                return await scenario(assistant)

        try:
            return run(connected)
        finally:
            server.stop()

    async def ask(assistant: Assistant) -> tuple[dict[str, Any], str]:
        client = await assistant.ask("create_client", **COMPANY)
        draft = await assistant.ask("create_client_invoice", client_id=client["client"]["id"], items=[LINE])
        arguments = {"id": draft["client_invoice"]["id"], "finalize": True}
        return arguments, await asked(assistant, arguments)

    arguments, sealed = at_a_new_server(ask)
    result = at_a_new_server(lambda assistant: answered(assistant, arguments, sealed))
    assert not conforming(STATUS, result).is_error
    assert result.structured_content["client_invoice"]["status"] == "unpaid"
