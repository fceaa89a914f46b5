"""The tools that the conformance suite calls by name. They do nothing but what its scenarios describe."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

Context = ServerRequestContext[Any]
Call = types.CallToolRequestParams
Answer = types.CallToolResult | types.InputRequiredResult
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
SOUND = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA="
_PAUSE = 0.05


def text(words: str, *more: types.ContentBlock) -> types.CallToolResult:
    """An answer of words, and of what else is given."""
    return types.CallToolResult(content=[types.TextContent(text=words), *more])


def picture() -> types.ImageContent:
    """One red pixel."""
    return types.ImageContent(data=PICTURE, mime_type="image/png")


def embedded(uri: str, words: str, mime_type: str = "text/plain") -> types.EmbeddedResource:
    """A text that is in the answer itself."""
    return types.EmbeddedResource(resource=types.TextResourceContents(uri=uri, mime_type=mime_type, text=words))


def form(message: str, **properties: Mapping[str, Any]) -> types.ElicitRequest:
    """A question to the user; every property is required."""
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return types.ElicitRequest(params=types.ElicitRequestFormParams(message=message, requested_schema=schema))


def sampling(words: str, max_tokens: int = 100) -> types.CreateMessageRequest:
    """A question to the client's model."""
    message = types.SamplingMessage(role="user", content=types.TextContent(text=words))
    return types.CreateMessageRequest(
        params=types.CreateMessageRequestParams(messages=[message], max_tokens=max_tokens)
    )


def answered(call: types.InputResponseRequestParams, key: str) -> Mapping[str, Any] | None:
    """What the user filled in for a question; None as long as there is no answer to it."""
    found = (call.input_responses or {}).get(key)
    return found.content if isinstance(found, types.ElicitResult) and found.action == "accept" else None


async def simple_text(_context: Context, _call: Call) -> Answer:
    return text("This is a simple text response for testing.")


async def image_content(_context: Context, _call: Call) -> Answer:
    return types.CallToolResult(content=[picture()])


async def audio_content(_context: Context, _call: Call) -> Answer:
    return types.CallToolResult(content=[types.AudioContent(data=SOUND, mime_type="audio/wav")])


async def embedded_resource(_context: Context, _call: Call) -> Answer:
    return types.CallToolResult(content=[embedded("test://embedded-resource", "This is an embedded resource content.")])


async def multiple_content_types(_context: Context, _call: Call) -> Answer:
    mixed = embedded("test://mixed-content-resource", '{"test":"data","value":123}', "application/json")
    return text("Multiple content types test:", picture(), mixed)


async def error_handling(_context: Context, _call: Call) -> Answer:
    words = "This tool intentionally returns an error for testing"
    return types.CallToolResult(content=[types.TextContent(text=words)], is_error=True)


async def with_logging(context: Context, _call: Call) -> Answer:
    for words in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", words, related_request_id=context.request_id)
        await asyncio.sleep(_PAUSE)
    return text("Three messages were logged.")


async def with_progress(context: Context, _call: Call) -> Answer:
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await asyncio.sleep(_PAUSE)
    return text("Done.")


async def ask_model(context: Context, call: Call) -> Answer:
    """The older era's way: a request to the client on this call's own stream."""
    question = sampling((call.arguments or {})["prompt"]).params
    answer = await context.session.create_message(
        question.messages, max_tokens=question.max_tokens, related_request_id=context.request_id
    )
    return text(f"LLM response: {getattr(answer.content, 'text', '')}")


def asks_user(question: Callable[[Mapping[str, Any]], types.ElicitRequest]) -> Tool:
    """A tool that asks the user in the older era's way and tells what came back."""

    async def run(context: Context, call: Call) -> Answer:
        asked = question(call.arguments or {}).params
        assert isinstance(asked, types.ElicitRequestFormParams)
        answer = await context.session.elicit_form(asked.message, asked.requested_schema, context.request_id)
        return text(f"Elicitation completed: action={answer.action}, content={answer.content}")

    return run


def with_defaults(_arguments: Mapping[str, Any]) -> types.ElicitRequest:
    return form(
        "Please review the defaults",
        name={"type": "string", "default": "John Doe"}, age={"type": "integer", "default": 30},
        score={"type": "number", "default": 95.5}, verified={"type": "boolean", "default": True},
        status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    )  # fmt: skip


def with_choices(_arguments: Mapping[str, Any]) -> types.ElicitRequest:
    plain = ["option1", "option2", "option3"]
    titled = [{"const": f"value{number}", "title": f"Choice {number}"} for number in (1, 2, 3)]
    return form(
        "Please choose",
        untitledSingle={"type": "string", "enum": plain}, titledSingle={"type": "string", "oneOf": titled},
        legacyEnum={"type": "string", "enum": plain, "enumNames": ["Option One", "Option Two", "Option Three"]},
        untitledMulti={"type": "array", "items": {"type": "string", "enum": plain}},
        titledMulti={"type": "array", "items": {"anyOf": titled}},
    )  # fmt: skip


def user_form(arguments: Mapping[str, Any]) -> types.ElicitRequest:
    return form(arguments["message"], username={"type": "string"}, email={"type": "string"})


NAME = form("What is your name?", name={"type": "string"})


async def needs_a_name(_context: Context, call: Call) -> Answer:
    given = answered(call, "user_name")
    if given is None or not isinstance(given.get("name"), str):
        return types.InputRequiredResult(input_requests={"user_name": NAME})
    return text(f"Hello, {given['name']}!")


async def needs_the_model(_context: Context, call: Call) -> Answer:
    found = (call.input_responses or {}).get("capital_question")
    if not isinstance(found, types.CreateMessageResult):
        return types.InputRequiredResult(
            input_requests={"capital_question": sampling("What is the capital of France?")}
        )
    return text(f"The model says: {getattr(found.content, 'text', '')}")


async def needs_roots(_context: Context, call: Call) -> Answer:
    found = (call.input_responses or {}).get("client_roots")
    if not isinstance(found, types.ListRootsResult):
        return types.InputRequiredResult(input_requests={"client_roots": types.ListRootsRequest()})
    return text("Roots: " + ", ".join(str(root.uri) for root in found.roots))


async def needs_all_three(_context: Context, call: Call) -> Answer:
    asked: types.InputRequests = {
        "user_name": NAME, "greeting": sampling("Generate a greeting", 50), "client_roots": types.ListRootsRequest()
    }  # fmt: skip
    if call.request_state is None or not asked.keys() <= (call.input_responses or {}).keys():
        return types.InputRequiredResult(input_requests=asked, request_state="all three")
    return text("All three were answered.")


async def needs_state(_context: Context, call: Call) -> Answer:
    """Says state-ok when the state that it gave came back; SealedState has refused any other before."""
    if call.request_state is None or answered(call, "confirm") is None:
        question = form("Please confirm", ok={"type": "boolean"})
        return types.InputRequiredResult(input_requests={"confirm": question}, request_state="a state")
    return text("state-ok" if call.request_state == "a state" else "another state")


async def needs_two_rounds(_context: Context, call: Call) -> Answer:
    if call.request_state == "after step 1" and answered(call, "step2"):
        return text("Both steps are done.")
    if call.request_state == "before step 1" and answered(call, "step1"):
        question = form("Step 2: What is your favorite color?", color={"type": "string"})
        return types.InputRequiredResult(input_requests={"step2": question}, request_state="after step 1")
    question = form("Step 1: What is your name?", name={"type": "string"})
    return types.InputRequiredResult(input_requests={"step1": question}, request_state="before step 1")


async def asks_what_it_may(context: Context, _call: Call) -> Answer:
    """Asks only for what the client said that it can do."""
    declared = context.session.client_capabilities
    asked: types.InputRequests = {}
    if declared and declared.sampling is not None:
        asked["greeting"] = sampling("Generate a greeting", 50)
    if declared and declared.elicitation is not None:
        asked["user_name"] = NAME
    return types.InputRequiredResult(input_requests=asked) if asked else text("There is nobody to ask.")


async def wants_sampling(context: Context, _call: Call) -> Answer:
    wanted = types.ClientCapabilities(sampling=types.SamplingCapability())
    if not context.session.check_client_capability(wanted):
        missing = types.MissingRequiredClientCapabilityErrorData(required_capabilities=wanted)
        data = missing.model_dump(by_alias=True, mode="json", exclude_none=True)
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling.", data)
    return text("The client can sample.")


Tool = Callable[[Context, Call], Awaitable[Answer]]
TOOLS: Mapping[str, Tool] = {
    "test_simple_text": simple_text,
    "test_image_content": image_content,
    "test_audio_content": audio_content,
    "test_embedded_resource": embedded_resource,
    "test_multiple_content_types": multiple_content_types,
    "test_error_handling": error_handling,
    "test_tool_with_logging": with_logging,
    "test_logging_tool": with_logging,
    "test_tool_with_progress": with_progress,
    "test_sampling": ask_model,
    "test_elicitation": asks_user(user_form),
    "test_elicitation_sep1034_defaults": asks_user(with_defaults),
    "test_elicitation_sep1330_enums": asks_user(with_choices),
    "test_input_required_result_elicitation": needs_a_name,
    "test_input_required_result_sampling": needs_the_model,
    "test_input_required_result_list_roots": needs_roots,
    "test_input_required_result_multiple_inputs": needs_all_three,
    "test_input_required_result_request_state": needs_state,
    "test_input_required_result_tampered_state": needs_state,
    "test_input_required_result_multi_round": needs_two_rounds,
    "test_input_required_result_capabilities": asks_what_it_may,
    "test_streaming_elicitation": needs_a_name,
    "test_missing_capability": wants_sampling,
}
_ARGUMENTS: Mapping[str, str] = {"test_sampling": "prompt", "test_elicitation": "message"}


def input_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of a tool's arguments."""
    argument = _ARGUMENTS.get(name)
    properties = {argument: {"type": "string", "description": "What is asked."}} if argument else {}
    return {"type": "object", "properties": properties, "required": list(properties)}
