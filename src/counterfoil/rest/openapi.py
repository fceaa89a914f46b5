"""The OpenAPI description, made from the same table that the routes are served from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from counterfoil import __version__
from counterfoil.domain.texts import MAY_BE_ABSENT
from counterfoil.rest import json_patch
from counterfoil.rest.routing import Route

_ERROR = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "status": {"type": "string"},
        "source": {
            "type": "object",
            "properties": {"pointer": {"type": "string"}, "parameter": {"type": "string"}},
        },
        "meta": {"type": "object", "description": "fix: how to mend it; allowed, max_length, …"},
    },
}
_ERRORS = {
    "type": "object",
    "required": ["errors", "trace_id"],
    "properties": {
        "trace_id": {"type": "string", "description": "also the header X-Tyk-Trace-Id"},
        "errors": {"type": "array", "minItems": 1, "items": _ERROR},
    },
}
_BARE_ERROR = {
    "description": "The first fault stands bare, as the API documents it here, and all of them in errors (ours).",
    "allOf": [{"$ref": "#/components/schemas/Errors"}, _ERROR],
}
_PAGE_META = {
    "type": "object",
    "required": ["current_page", "next_page", "prev_page", "total_pages", "total_count", "per_page"],
    "properties": {
        name: {"type": ["integer", "null"] if name in ("next_page", "prev_page") else "integer"}
        for name in ("current_page", "next_page", "prev_page", "total_pages", "total_count", "per_page")
    },
}
_JSON_PATCH = {
    "type": "array",
    "maxItems": json_patch.OPERATIONS_MAX,
    "description": "RFC 6902, on the resource as GET answers it, without its envelope (ours).",
    "items": {
        "type": "object",
        "required": ["op", "path"],
        "properties": {
            "op": {"type": "string", "enum": list(json_patch.OPERATIONS)},
            "path": {"type": "string", "pattern": "^/", "maxLength": json_patch.POINTER_MAX},
            "value": {"description": "any JSON value; of add, replace and test"},
        },
    },
}
_PREVIEW = {
    "type": "object",
    "description": "of a dry run: what the write would do (ours)",
    "required": ["number", "vat", "compliance", "needs_approval", "email"],
    "properties": {
        "number": {"type": ["string", "null"], "description": "that the document would get"},
        "vat": {
            "type": "array",
            "items": {"type": "object"},
            "description": "rate, percent, base and vat of each group",
        },
        "compliance": {"type": "object", "description": "is_ready, errors and warnings, as in errors"},
        "needs_approval": {"type": "boolean", "description": "whether the call itself would be 428"},
        "email": {"type": ["object", "null"], "description": "to, cc, subject, body and attachments"},
    },
}
# Of a write that answers nothing, where it is only tried.
_DRY_RUN: dict[str, Any] = {
    "preview": {
        "number": None, "vat": [], "compliance": {"is_ready": True, "errors": [], "warnings": []},
        "needs_approval": False, "email": None,
    }
}  # fmt: skip
_PATH_PARAMETER = re.compile(r"{(\w+)}")
_WRITE_HEADERS = (
    ("X-Qonto-Idempotency-Key", "The same key and body gives the first answer again. Also Idempotency-Key."),
    ("X-Dry-Run", "true: the full answer with a preview, and nothing is written (ours)."),
)  # fmt: skip
_REPEAT_WINDOW = {
    "name": "X-Repeat-Window", "in": "header", "schema": {"type": "integer", "minimum": 1, "maximum": 86_400},
    "description": "seconds in which the same create has the first answer again (ours)",
}  # fmt: skip


class _Generator(GenerateJsonSchema):
    """Of an answer every field is required: it is written even when it holds its default."""

    def field_is_required(self, field: Any, total: bool) -> bool:
        if self.mode == "serialization":
            return not field.get("serialization_exclude")
        return super().field_is_required(field, total)


class _Schemas:
    """The models as schemas: as they are read in a body, as they are written in an answer."""

    def __init__(self, routes: Iterable[Route]) -> None:
        taken = {route.takes for route in routes if _is_model(route.takes)}
        given = {model for route in routes for model in _given(route) if _is_model(model)}
        asked = [(model, "validation") for model in taken] + [(model, "serialization") for model in given]
        # By name and use, so that the same models always give the same text.
        ordered: list[Any] = sorted(asked, key=lambda pair: (pair[0].__name__, pair[1]))
        self._references, document = models_json_schema(
            ordered, ref_template="#/components/schemas/{model}", schema_generator=_Generator
        )
        self.definitions: dict[str, Any] = document.get("$defs", {})
        for schema in self.definitions.values():
            _drop_absent(schema)

    def body(self, model: Any) -> dict[str, Any]:
        return dict(self._references[model, "validation"])

    def shape(self, gives: object) -> Mapping[str, Any]:
        """Of what a route answers under a key: a model, a list of one, or a schema as it stands."""
        if isinstance(gives, list):
            return {"type": "array", "items": self.shape(gives[0])}
        if _is_model(gives):
            return dict(self._references[gives, "serialization"])  # type: ignore[index]  # a model, see _is_model
        return gives  # type: ignore[return-value]  # a schema as it stands


def _drop_absent(schema: dict[str, Any]) -> None:
    """Fields that an answer may leave out are not required of it."""
    absent = [name for name, field in schema.get("properties", {}).items() if field.pop(MAY_BE_ABSENT, False)]
    if absent and "required" in schema:
        schema["required"] = [name for name in schema["required"] if name not in absent]


def build(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole description as a JSON object."""
    listed = list(routes)
    schemas = _Schemas(listed)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    _add_links(paths)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Counterfoil",
            "version": __version__,
            "description": "Billing, in the words of Qonto's Business API v2, so that clients written for it run "
            "unchanged on what is listed here. What is marked (ours) goes beyond it. Not affiliated with Qonto.",
        },
        "security": [{"apiKey": []}, {"bearer": []}],
        "paths": paths,
        "components": {
            "responses": {name: _refusal(name) for name in ("Errors", "BareError")},
            "schemas": schemas.definitions
            | {"Errors": _ERRORS, "BareError": _BARE_ERROR, "PageMeta": _PAGE_META, "JsonPatch": _JSON_PATCH}
            | {"Preview": _PREVIEW},
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "Authorization", "description": "login:secret",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }  # fmt: skip


def _refusal(shape: str) -> dict[str, Any]:
    return {
        "description": "What is wrong, and how to mend it.",
        "headers": {"X-Tyk-Trace-Id": {"schema": {"type": "string"}, "description": "the same as trace_id"}},
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}},
    }


def _given(route: Route) -> Iterable[object]:
    yield route.spread
    for gives in route.gives.values() if isinstance(route.gives, Mapping) else [route.gives]:
        yield from gives if isinstance(gives, list) else [gives]


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _operation(route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": (route.handler.__doc__ or "").strip(),
        "tags": [route.path.split("/")[2]],
        "description": f"Scope: `{route.scope}`.",
        "security": [{"apiKey": []}, {"bearer": [route.scope]}],
        "parameters": _parameters(route),
        "responses": _responses(route, schemas),
    }
    if route.takes is not None:
        operation["requestBody"] = {"required": not route.is_body_optional, "content": _content(route, schemas)}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for name in _PATH_PARAMETER.findall(route.path)
    ]
    found += [
        {"name": name, "in": "query", "schema": dict(schema), "description": text}
        for name, (schema, text) in route.query.items()
    ]
    if route.method != "GET":
        found += [
            {"name": name, "in": "header", "schema": {"type": "string"}, "description": text}
            for name, text in _WRITE_HEADERS
        ]
    if route.method == "POST" and "{" not in route.path:
        found.append(_REPEAT_WINDOW)
    return found


def _content(route: Route, schemas: _Schemas) -> dict[str, Any]:
    if route.takes == "file":
        form = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"multipart/form-data": {"schema": form}}
    if isinstance(route.takes, Mapping):
        return {"multipart/form-data": {"schema": dict(route.takes)}}
    reference = schemas.body(route.takes)
    wrapped = {"type": "object", "properties": {route.wrapper: reference}, "required": [route.wrapper]}
    schema: dict[str, Any] = {"anyOf": [reference, wrapped]} if route.wrapper else reference
    content: dict[str, Any] = {"application/json": _with_example(schema, route, "request")}
    if route.takes_json_patch:
        content[json_patch.MEDIA_TYPE] = {"schema": {"$ref": "#/components/schemas/JsonPatch"}}
    return content


def _responses(route: Route, schemas: _Schemas) -> dict[str, Any]:
    refusal = {"$ref": f"#/components/responses/{'BareError' if route.is_bare_error else 'Errors'}"}
    refusals = {str(status): refusal for status in _refusals(route)} | {"default": refusal}
    if route.status == 204:
        preview = {"type": "object", "properties": {"preview": {"$ref": "#/components/schemas/Preview"}}}
        content = {"schema": preview, "example": _DRY_RUN}
        dry = {"description": "Of a dry run (ours).", "content": {"application/json": content}}
        return {"200": dry, "204": {"description": "Done."}} | refusals
    shown = {"application/json": _with_example(_answer(route, schemas), route, "response")}
    return {str(route.status): {"description": "The answer.", "content": shown}} | refusals


def _refusals(route: Route) -> list[int]:
    """The statuses that a caller should be ready for. Others are possible: a proxy's, or one that is yet to come."""
    found = {400, 401, 403, 429}
    if "{" in route.path:
        found.add(404)
    if route.method != "GET":
        found |= {412, 422, 428}
    if route.takes is not None:
        found |= {409, 413, 415}
    return sorted(found)


def _answer(route: Route, schemas: _Schemas) -> Mapping[str, Any]:
    if not isinstance(route.gives, Mapping):
        return schemas.shape(route.gives)
    properties: dict[str, Any] = {name: schemas.shape(gives) for name, gives in route.gives.items()}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    if route.method != "GET":
        schema["properties"] = properties | {"preview": {"$ref": "#/components/schemas/Preview"}}
    return {"allOf": [schemas.shape(route.spread), schema]} if route.spread else schema


def _with_example(schema: Mapping[str, Any], route: Route, side: str) -> dict[str, Any]:
    example = _examples().get(route.handler.__name__, {}).get(side)
    return {"schema": schema} if example is None else {"schema": schema, "example": example}


@cache
def _examples() -> dict[str, dict[str, Any]]:
    """Requests and the answers that a server gave to them, by operation; a test writes them down anew."""
    text = resources.files("counterfoil.rest").joinpath("openapi_examples.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def _add_links(paths: dict[str, dict[str, Any]]) -> None:
    """Tells programs that what a create call answers as id is the id that the other calls want."""
    for path, methods in paths.items():
        create = methods.get("post")
        if create is None or "{" in path:
            continue
        pointer = _id_pointer(create)
        followers = [
            operation["operationId"]
            for other, others in paths.items()
            if other == f"{path}/{{id}}" or (other.startswith(f"{path}/{{id}}/") and other.count("{") == 1)
            for operation in others.values()
        ]
        if pointer and followers:
            answer = next(answer for status, answer in create["responses"].items() if status.startswith("2"))
            answer["links"] = {
                name: {"operationId": name, "parameters": {"id": f"$response.body#{pointer}"}} for name in followers
            }


def _id_pointer(create: Mapping[str, Any]) -> str | None:
    """Where a create call's answer has the new thing's id; None when it makes none, or several."""
    answers = create["responses"].items()
    answer: Mapping[str, Any] = next((found for status, found in answers if status.startswith("2")), {})
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" in schema or "allOf" in schema:
        return "/id"
    keys = [key for key, shape in schema.get("properties", {}).items() if shape.get("type") != "array"]
    return f"/{keys[0]}/id" if keys else None
