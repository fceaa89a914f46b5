"""The list of tools: what every host reads before the first call."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import Client, MCPError
from mcp_types import Tool

from counterfoil.mcp.server import TOOLS, Caller, build_server
from counterfoil.sdk.client import AsyncClient
from counterfoil.sdk.wire import Answer, Request
from tests.mcp.conftest import EVENING, LINE, SECRET, Office
from tests.mcp.connecting import ERAS, OTHER_ID

NAMES = [
    "list_client_invoices", "get_client_invoice", "create_client_invoice", "update_client_invoice",
    "delete_client_invoice", "change_client_invoice_status", "mark_client_invoice_as_paid", "send_client_invoice",
    "list_clients", "get_client", "create_client", "get_organization",
]  # fmt: skip


def listed(era: str) -> list[Tool]:
    async def nobody(_request: Request[Any]) -> Answer:
        raise AssertionError("listing calls nothing")

    async def scenario() -> list[Tool]:
        caller = Caller(AsyncClient(nobody), None, "test")
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
    read_only = {name for name, hint in hints.items() if hint and hint.read_only_hint}
    assert read_only == {name for name in NAMES if name.startswith(("list_", "get_"))}
    assert [name for name, hint in hints.items() if hint and hint.open_world_hint] == ["send_client_invoice"]


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
        objects = [part for _, part in parts(tool.input_schema) if part.get("type") == "object"]
        assert all(part["additionalProperties"] is False for part in [tool.input_schema, *objects]), tool.name


def test_the_list_is_small(tools: list[Tool]) -> None:
    without_outputs = [
        t.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"output_schema"}) for t in tools
    ]
    assert len(json.dumps(without_outputs, separators=(",", ":")).encode()) <= 40_000


def test_descriptions_are_short_and_name_only_tools_that_exist(tools: list[Tool]) -> None:
    for tool in tools:
        assert tool.description is not None
        assert 40 <= len(tool.description) <= 700, tool.name
        assert "\n" not in tool.description
        words = tool.description.replace(",", " ").replace(".", " ").replace("(", " ").replace(")", " ").split()
        called = {word for word in words if word.endswith(("_invoice", "_invoices", "_clients", "_client", "_status"))}
        assert called <= set(NAMES), tool.name


def test_an_unknown_tool_is_a_protocol_error(office: Office) -> None:
    with pytest.raises(MCPError, match="no tool create_credit_note"):
        office.work(lambda assistant: assistant.call("create_credit_note"))


def test_results_are_data_and_the_same_json_as_text(office: Office) -> None:
    result = office.work(lambda assistant: assistant.call("get_organization"))
    (block,) = result.content
    assert json.loads(getattr(block, "text", "")) == result.structured_content


def test_every_success_and_every_failure_conforms_to_the_output_schema(office: Office) -> None:
    draft = office.draft()
    calls: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "list_client_invoices": ({}, {"page": 0}),
        "get_client_invoice": ({"id": draft["id"]}, {"id": OTHER_ID}),
        "create_client_invoice": ({"client_id": draft["client"]["id"], "items": [LINE]}, {}),
        "update_client_invoice": ({"id": draft["id"], "footer": "Merci"}, {"id": "x"}),
        "change_client_invoice_status": ({"id": draft["id"], "finalize": True}, {"id": draft["id"]}),
        "send_client_invoice": (
            {"id": draft["id"], "send_to": ["a@b.example"], "email_title": "x"},
            {"id": draft["id"], "send_to": ["nobody"], "email_title": "x"},
        ),
        "mark_client_invoice_as_paid": ({"id": draft["id"]}, {"id": draft["id"], "paid_at": "2030-01-01"}),
        "delete_client_invoice": ({"id": office.draft()["id"]}, {"id": OTHER_ID}),
        "list_clients": ({}, {"name": "a"}),
        "get_client": ({"id": draft["client"]["id"]}, {"id": "x"}),
        "create_client": ({"kind": "company", "name": "B"}, {"kind": "company"}),
        "get_organization": ({}, {"of": "somebody"}),
    }
    for tool in TOOLS:
        validator = Draft202012Validator(tool.output_schema)
        right, wrong = calls[tool.name]
        validator.validate(office.ask(tool.name, **right))
        failure = office.refused(tool.name, **wrong)
        validator.validate(failure)
        assert {"code", "message", "fix", "errors"} <= failure.keys(), tool.name


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
