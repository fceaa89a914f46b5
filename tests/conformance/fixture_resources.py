"""The resources, prompts and completions that the conformance suite asks for by name."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
from mcp.shared.exceptions import MCPError

from tests.conformance.fixture_tools import PICTURE, Context, answered, embedded, form, picture

_TEMPLATE = ("test://template/", "/data")
RESOURCES = [
    types.Resource(name="static-text", uri="test://static-text", mime_type="text/plain", description="A text."),
    types.Resource(name="static-binary", uri="test://static-binary", mime_type="image/png", description="A picture."),
    types.Resource(
        name="watched-resource", uri="test://watched-resource", mime_type="text/plain", description="A text."
    ),
]
TEMPLATES = [
    types.ResourceTemplate(
        name="template",
        uri_template="test://template/{id}/data",
        mime_type="application/json",
        description="Data by id.",
    )
]


async def list_resources(_context: Context, _params: Any) -> types.ListResourcesResult:
    return types.ListResourcesResult(resources=RESOURCES)


async def list_templates(_context: Context, _params: Any) -> types.ListResourceTemplatesResult:
    return types.ListResourceTemplatesResult(resource_templates=TEMPLATES)


async def read(_context: Context, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
    return types.ReadResourceResult(contents=[_contents(str(params.uri))])


def _contents(uri: str) -> types.TextResourceContents | types.BlobResourceContents:
    before, after = _TEMPLATE
    if uri == "test://static-binary":
        return types.BlobResourceContents(uri=uri, mime_type="image/png", blob=PICTURE)
    if uri in ("test://static-text", "test://watched-resource"):
        words = f"This is the content of the {uri.removeprefix('test://').replace('-', ' ')} resource."
        return types.TextResourceContents(
            uri=uri, mime_type="text/plain", text=words.replace("resource resource", "resource")
        )
    if uri.startswith(before) and uri.endswith(after):
        found = uri.removeprefix(before).removesuffix(after)
        data = {"id": found, "templateTest": True, "data": f"Data for ID: {found}"}
        return types.TextResourceContents(uri=uri, mime_type="application/json", text=json.dumps(data))
    raise MCPError(types.INVALID_PARAMS, "Resource not found", {"uri": uri})


async def subscribe(_context: Context, _params: Any) -> types.EmptyResult:
    return types.EmptyResult()


def _prompt(name: str, *arguments: str) -> types.Prompt:
    wanted = [types.PromptArgument(name=argument, description="A word.", required=True) for argument in arguments]
    return types.Prompt(name=name, description="For the suite.", arguments=wanted or None)


PROMPTS = [
    _prompt("test_simple_prompt"),
    _prompt("test_prompt_with_arguments", "arg1", "arg2"),
    _prompt("test_prompt_with_embedded_resource", "resourceUri"),
    _prompt("test_prompt_with_image"),
    _prompt("test_input_required_result_prompt"),
]


async def list_prompts(_context: Context, _params: Any) -> types.ListPromptsResult:
    return types.ListPromptsResult(prompts=PROMPTS)


async def get_prompt(
    _context: Context, params: types.GetPromptRequestParams
) -> types.GetPromptResult | types.InputRequiredResult:
    given = params.arguments or {}
    if params.name == "test_simple_prompt":
        return _messages(types.TextContent(text="This is a simple prompt for testing."))
    if params.name == "test_prompt_with_arguments":
        words = f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'"
        return _messages(types.TextContent(text=words))
    if params.name == "test_prompt_with_embedded_resource":
        resource = embedded(given["resourceUri"], "Embedded resource content for testing.")
        return _messages(resource, types.TextContent(text="Please process the embedded resource above."))
    if params.name == "test_prompt_with_image":
        return _messages(picture(), types.TextContent(text="Please analyze the image above."))
    if params.name == "test_input_required_result_prompt":
        return _with_context(params)
    raise MCPError(types.INVALID_PARAMS, f"There is no prompt {params.name}.")


def _with_context(params: types.GetPromptRequestParams) -> types.GetPromptResult | types.InputRequiredResult:
    filled_in = answered(params, "user_context")
    if filled_in is None:
        question = form("What context should the prompt use?", context={"type": "string"})
        return types.InputRequiredResult(input_requests={"user_context": question})
    return _messages(types.TextContent(text=f"With this context: {filled_in['context']}"))


def _messages(*contents: types.ContentBlock) -> types.GetPromptResult:
    return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=content) for content in contents])


async def complete(_context: Context, params: types.CompleteRequestParams) -> types.CompleteResult:
    words = [word for word in ("paris", "park", "party") if word.startswith(params.argument.value)]
    return types.CompleteResult(completion=types.Completion(values=words, total=len(words), has_more=False))
