"""The table of routes. A route cannot be in it without a scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

if TYPE_CHECKING:
    from starlette.responses import Response

    from counterfoil.rest.calls import Call

QueryTable = Mapping[str, tuple[Mapping[str, Any], str]]
PAGE_META = {"$ref": "#/components/schemas/PageMeta"}
WARNINGS = {"type": "array", "items": {"type": "object"}, "description": "what the writer should know (ours)"}

PAGING: QueryTable = {
    "page": ({"type": "integer", "minimum": 1, "default": 1}, "also current_page"),
    "per_page": ({"type": "integer", "minimum": 1, "maximum": 100, "default": 100}, ""),
}


def sorting(fields: Iterable[str], default: str) -> QueryTable:
    """The parameter of a list that Query.sort reads."""
    allowed = [f"{field}:{order}" for field in fields for order in ("desc", "asc")]
    return {"sort_by": ({"type": "string", "enum": allowed, "default": default}, "")}


CREATION = sorting(("created_at",), "created_at:desc")


@dataclass(frozen=True, slots=True)
class Route:
    """One route. takes: the body's model, or a form's multipart schema ("file": one file in the field `file`).

    gives: key to model, [model] or schema; or a model or schema that is the answer itself, without a key.
    spread: a model whose fields stand beside the keys of `gives` as well (quotes answer both ways at once).
    wrapper: the key under which the body may also come. max_bytes: of the body, None for the setting's.
    is_bare_error: the API documents this route's errors as one bare object; ours carry `errors` beside its fields.
    query: parameter to (schema, description), for the OpenAPI. takes_json_patch: see rest/changes.py.
    """

    method: Literal["GET", "POST", "PATCH", "DELETE", "PUT"]
    path: str
    scope: str
    handler: Callable[[Call], Response]
    takes: type[BaseModel] | Mapping[str, Any] | Literal["file"] | None = None
    wrapper: str | None = None
    is_body_optional: bool = False
    gives: Mapping[str, object] | type[BaseModel] = field(default_factory=dict)
    spread: type[BaseModel] | None = None
    status: int = 200
    query: QueryTable = field(default_factory=dict)
    max_bytes: int | None = None
    is_bare_error: bool = False
    takes_json_patch: bool = False

    def __post_init__(self) -> None:
        if not self.scope:
            raise ValueError(f"{self.method} {self.path} has no scope")
