"""A tool: one entry is the source of its name, texts, schemas, hints and of the function that answers it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counterfoil.sdk.client import AsyncClient

Schema = dict[str, Any]


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


READ = Hints(is_read_only=True, is_destructive=False, is_idempotent=True)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call. arguments: checked against the tool's schema. now: aware."""

    api: AsyncClient
    arguments: dict[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class Tool:
    """See the module. output_schema describes a success; a failure has the shape of errors.as_result."""

    name: str
    title: str
    description: str
    hints: Hints
    properties: Mapping[str, Schema]
    output_schema: Schema
    handler: Callable[[ToolCall], Awaitable[dict[str, Any]]]
    required: tuple[str, ...] = ()

    @property
    def input_schema(self) -> Schema:
        schema: Schema = {"type": "object", "properties": dict(self.properties)}
        if self.required:
            schema["required"] = list(self.required)
        return schema | {"additionalProperties": False}
