"""A tool: one entry is the source of its name, texts, schemas, hints and of the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.mcp.schemas import IDEMPOTENCY_KEY, Schema, flag
from counterfoil.sdk.client import AsyncClient


@dataclass(frozen=True, slots=True)
class Hints:
    """What a host may tell its user before a call; none is left to a default, as the defaults are the worst case.

    is_destructive: overwrites or removes. is_idempotent: the same call again changes nothing more. is_open_world:
    reaches people or systems outside.
    """

    is_read_only: bool
    is_destructive: bool
    is_idempotent: bool
    is_open_world: bool = False


# Arguments of every write. The server takes them off before the tool's own function is called.
WRITE_ARGUMENTS: Mapping[str, Schema] = {
    "preview": flag("Only show what would happen."),
    "idempotency_key": IDEMPOTENCY_KEY,
}
ALLOW_DUPLICATE: Mapping[str, Schema] = {
    "allow_duplicate": flag("Create it even if the same was just created."),
}
READ = Hints(is_read_only=True, is_destructive=False, is_idempotent=True)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call. arguments: checked against the tool's schema, without those of WRITE_ARGUMENTS. now: aware.

    api: its writes carry the call's idempotency key, and are tried and taken back when is_preview. has_extensions:
    whether the server is a Counterfoil that answers our additions; another one speaks the bare API.
    """

    api: AsyncClient
    arguments: dict[str, Any]
    now: datetime
    is_preview: bool = False
    has_extensions: bool = True


@dataclass(frozen=True, slots=True)
class Tool:
    """See the module. output_schema describes a success; a failure has the shape of errors.as_result.

    scope: what a token needs for the tool to be listed for it. is_create: the same content again within minutes is
    answered with the first one. needs_extensions: left out where the server speaks the bare API.
    """

    name: str
    title: str
    description: str
    hints: Hints
    properties: Mapping[str, Schema]
    output_schema: Schema
    handler: Callable[[ToolCall], Awaitable[dict[str, Any]]]
    required: tuple[str, ...] = ()
    scope: str = ""
    is_create: bool = False
    needs_extensions: bool = False

    @property
    def input_schema(self) -> Schema:
        """What the tool takes; every write also takes WRITE_ARGUMENTS, and a create ALLOW_DUPLICATE."""
        properties = dict(self.properties)
        if not self.hints.is_read_only:
            properties |= {**WRITE_ARGUMENTS, **(ALLOW_DUPLICATE if self.is_create else {})}
        schema: Schema = {"type": "object", "properties": properties}
        if self.required:
            schema["required"] = list(self.required)
        return schema | {"additionalProperties": False}
