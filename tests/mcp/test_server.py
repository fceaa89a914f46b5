"""The list of tools: what every host reads before the first call."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError
from mcp_types import Tool

from counterfoil.app import House
from counterfoil.domain import scopes
from counterfoil.mcp.server import TOOLS, Caller, build_server
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.wire import Answer, Request
from tests.mcp.conftest import EVENING, LINE, SECRET, Office
from tests.mcp.connecting import ERAS, OTHER_ID, Assistant

NAMES = [
    "list_client_invoices", "get_client_invoice", "create_client_invoice", "update_client_invoice",
    "delete_client_invoice", "change_client_invoice_status", "mark_client_invoice_as_paid", "send_client_invoice",
    "list_credit_notes", "get_credit_note", "create_credit_note",
    "list_quotes", "get_quote", "create_quote", "update_quote", "delete_quote", "send_quote",
    "convert_quote_to_invoice",
    "list_supplier_invoices", "get_supplier_invoice", "change_supplier_invoice_status",
    "list_products", "get_product", "create_product", "update_product", "delete_product",
    "list_clients", "get_client", "create_client", "update_client", "delete_client",
    "get_attachment", "request_attachment_upload", "upload_attachment",
    "get_organization", "explain_compliance",
]  # fmt: skip
READING = {name for name in NAMES if name.startswith(("list_", "get_", "explain_"))}
READ_SCOPES = frozenset(scope for scope in scopes.ALL_SCOPES if scope.endswith(".read"))
# Shapes that are wrong for every tool.
UNKNOWN = {"no_such_argument": 1}


def nobody() -> AsyncClient:
    async def send(_request: Request[Any]) -> Answer:
        raise AssertionError("listing calls nothing")

    return AsyncClient(send)


def listed(era: str) -> list[Tool]:
    async def scenario() -> list[Tool]:
        caller = Caller(nobody(), None, "test")
        server = build_server(lambda _context: caller, lambda: EVENING, secret=SECRET)
        async with Client(server, mode=era) as client:
            return list((await client.list_tools()).tools)

    return asyncio.run(scenario())


@pytest.fixture(scope="module")
def tools() -> list[Tool]:
    return listed("2026-07-28")


def parts(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every named property of a schema with its path, nested ones too."""
    for name, part in schema.get("properties", {}).items():
        yield f"{path}/{name}", part
        yield from parts(part, f"{path}/{name}")
    for branch in [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from parts(branch, path)


@pytest.mark.parametrize("era", ERAS)
def test_the_tools_are_these_in_this_order(era: str) -> None:
    assert [tool.name for tool in listed(era)] == NAMES


def test_every_tool_has_a_title_and_all_four_hints(tools: list[Tool]) -> None:
    for tool in tools:
        hints = tool.annotations
        assert tool.title, tool.name
        assert hints is not None
        values = (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint, hints.open_world_hint)
        assert all(isinstance(value, bool) for value in values), tool.name


def test_reading_tools_say_so_and_only_mail_leaves_the_house(tools: list[Tool]) -> None:
    hints = {tool.name: tool.annotations for tool in tools}
    assert {name for name, hint in hints.items() if hint and hint.read_only_hint} == READING
    leaving = {name for name, hint in hints.items() if hint and hint.open_world_hint}
    assert leaving == {"send_client_invoice", "send_quote"}


def test_every_property_is_described(tools: list[Tool]) -> None:
    bare = [f"{t.name}{path}" for t in tools for path, part in parts(t.input_schema) if not part.get("description")]
    assert bare == []


def test_schemas_are_valid_and_carry_no_noise(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        for path, part in parts(tool.input_schema):
            assert not {"title", "$ref", "default"} & part.keys(), f"{tool.name}{path}"
        assert '"null"' not in json.dumps(tool.input_schema)


def test_objects_take_no_unknown_properties(tools: list[Tool]) -> None:
    for tool in tools:
        # Objects without properties of their own are described in words; the API names what it does not know in them.
        objects = [part for _, part in parts(tool.input_schema) if "properties" in part]
        assert all(part["additionalProperties"] is False for part in [tool.input_schema, *objects]), tool.name


def test_the_list_is_small(tools: list[Tool]) -> None:
    whole = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in tools]
    without_outputs = [{name: part for name, part in tool.items() if name != "outputSchema"} for tool in whole]
    assert len(json.dumps(without_outputs, separators=(",", ":")).encode()) <= 40_000
    assert len(json.dumps(whole, separators=(",", ":")).encode()) <= 100_000


def test_the_list_is_the_same_each_time_and_shared_with_nobody() -> None:
    async def scenario() -> list[dict[str, Any]]:
        server = build_server(lambda _context: Caller(nobody(), None, "test"), lambda: EVENING, secret=SECRET)
        found = []
        for _ in range(2):
            async with Client(server, mode="2026-07-28") as client:
                found.append((await client.list_tools()).model_dump(mode="json"))
        return found

    first, second = asyncio.run(scenario())
    assert first == second
    assert first["cache_scope"] == "private"


def test_a_token_that_may_only_read_sees_no_tool_that_writes_and_writes_nothing(office: Office, house: House) -> None:
    office.client()
    before = house.database.version()

    async def scenario(assistant: Assistant) -> tuple[list[str], list[dict[str, Any]]]:
        seen = [tool.name for tool in (await assistant.client.list_tools()).tools]
        return seen, [await assistant.refused(name, id=OTHER_ID) for name in NAMES if name not in READING]

    seen, refusals = office.work(scenario, READ_SCOPES)
    assert seen == [name for name in NAMES if name in READING]
    assert {refusal["code"] for refusal in refusals} == {"insufficient_scope"}
    assert all("write" in refusal["fix"] for refusal in refusals)
    assert house.database.version() == before


def test_what_a_bare_server_cannot_do_is_left_out_and_said() -> None:
    left_out = {tool.name for tool in TOOLS if tool.needs_extensions}

    async def scenario() -> tuple[set[str], str | None]:
        caller = Caller(nobody(), None, "test", has_extensions=False)
        server = build_server(lambda _context: caller, lambda: EVENING, secret=SECRET, has_extensions=False)
        async with Client(server, mode="legacy") as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            for name in left_out:
                with pytest.raises(MCPError, match="There is no tool"):
                    await client.call_tool(name, {})
            return names, client.instructions

    names, instructions = asyncio.run(scenario())
    assert left_out
    assert names == set(NAMES) - left_out
    assert all(name in (instructions or "") for name in left_out)


def test_descriptions_are_short_and_name_only_tools_that_exist(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.description is not None
        assert 40 <= len(tool.description) <= 700, tool.name
        assert "\n" not in tool.description
        called = re.findall(
            r"[a-z]+(?:_[a-z]+)*_(?:invoices?|clients?|quotes?|credit_notes?|products?|status)\b", tool.description
        )
        verbs = ("list", "get", "create", "update", "delete", "change", "mark", "send", "convert", "explain")
        assert {name for name in called if name.startswith(verbs)} <= set(NAMES), tool.name


def test_an_unknown_tool_is_a_protocol_error(office: Office) -> None:
    with pytest.raises(MCPError, match="no tool pay_everything: list_client_invoices"):
        office.work(lambda assistant: assistant.client.call_tool("pay_everything"))


def test_results_are_data_and_the_same_json_as_text(office: Office) -> None:
    result = office.work(lambda assistant: assistant.call("get_organization"))
    (block,) = result.content
    assert json.loads(getattr(block, "text", "")) == result.structured_content


def test_every_tool_tells_what_is_wrong_and_how_to_mend_it(office: Office) -> None:
    # That failures and successes conform to the output schema is checked at every call of every test.
    async def scenario(assistant: Assistant) -> list[dict[str, Any]]:
        return [await assistant.refused(name, **UNKNOWN) for name in NAMES]

    for name, failure in zip(NAMES, office.work(scenario), strict=True):
        assert {"code", "message", "fix", "errors"} <= failure.keys(), name
        assert "no_such_argument" in str(failure["errors"]), name


def test_a_preview_changes_nothing_and_says_so(office: Office, house: House) -> None:
    client_id = office.client()
    before = house.database.version()
    shown = office.ask("create_client_invoice", client_id=client_id, items=[LINE], preview=True)
    assert shown["is_preview"] is True
    assert "nothing was changed" in shown["note"]
    (act,) = shown["next_actions"]
    assert house.database.version() == before
    made = office.ask(act["tool"], **act["arguments"])
    assert "is_preview" not in made
    assert made["client_invoice"]["total_amount"] == shown["client_invoice"]["total_amount"]


def test_a_bug_is_an_answer_without_its_traceback() -> None:
    async def broken(_request: Request[Any]) -> Answer:
        raise RuntimeError("secret detail of the inside")

    async def scenario() -> Any:
        caller = Caller(AsyncClient(broken), None, "test")
        server = build_server(lambda _context: caller, lambda: EVENING, secret=SECRET)
        async with Client(server, mode="2026-07-28") as client:
            return await client.call_tool("get_organization", {})

    result = asyncio.run(scenario())
    assert result.is_error
    assert result.structured_content["code"] == "internal_error"
    assert "secret" not in result.model_dump_json()
    assert "Traceback" not in result.model_dump_json()
