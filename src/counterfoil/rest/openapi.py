"""The OpenAPI description, made from the same table that the routes are served from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from counterfoil import __version__
from counterfoil.rest.routing import Route

_ERRORS = {
    "type": "object",
    "required": ["errors", "trace_id"],
    "properties": {
        "trace_id": {"type": "string", "description": "also the header X-Tyk-Trace-Id"},
        "errors": {
            "type": "array",
            "minItems": 1,
            "items": {
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
            },
        },
    },
}
_BARE_ERROR = {
    "description": "The first fault stands bare, as the API documents it here, and all of them in errors (ours).",
    "allOf": [{"$ref": "#/components/schemas/Errors"}, _ERRORS["properties"]["errors"]["items"]],  # type: ignore[index]
}
_PAGE_META = {
    "type": "object",
    "properties": {
        name: {"type": ["integer", "null"] if name in ("next_page", "prev_page") else "integer"}
        for name in ("current_page", "next_page", "prev_page", "total_pages", "total_count", "per_page")
    },
}
_WRITE_HEADERS = (
    ("X-Qonto-Idempotency-Key", "The same key and body gives the first answer again. Also Idempotency-Key."),
    ("X-Dry-Run", "true: the full answer, and nothing is written (ours)."),
)  # fmt: skip


def build(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole description as a JSON object."""
    listed = list(routes)
    models = {model for route in listed for model in (route.takes, *_given(route)) if _is_model(model)}
    schemas = _schemas(models)
    paths: dict[str, dict[str, Any]] = {}
    for route in listed:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
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
            "schemas": schemas | {"Errors": _ERRORS, "BareError": _BARE_ERROR, "PageMeta": _PAGE_META},
            "securitySchemes": {
                "apiKey": {
                    "type": "apiKey", "in": "header", "name": "Authorization", "description": "login:secret",
                },
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
    }  # fmt: skip


def _given(route: Route) -> Iterable[object]:
    yield route.spread
    for gives in route.gives.values() if isinstance(route.gives, Mapping) else [route.gives]:
        yield from gives if isinstance(gives, list) else [gives]


def _is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _schemas(models: set[Any]) -> dict[str, Any]:
    ordered = sorted(models, key=lambda model: model.__name__)
    _, document = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    found: dict[str, Any] = document.get("$defs", {})
    return found


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "summary": (route.handler.__doc__ or "").strip(),
        "tags": [route.path.split("/")[2]],
        "description": f"Scope: `{route.scope}`.",
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.takes is not None:
        operation["requestBody"] = {"required": not route.is_body_optional, "content": _content(route)}
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    found = [
        {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
        for _ in range(route.path.count("{id}"))
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
    return found


def _content(route: Route) -> dict[str, Any]:
    if route.takes == "file":
        form = {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}
        return {"multipart/form-data": {"schema": form}}
    if isinstance(route.takes, Mapping):
        return {"multipart/form-data": {"schema": dict(route.takes)}}
    reference = {"$ref": f"#/components/schemas/{route.takes.__name__}"}  # type: ignore[union-attr]  # a model here
    wrapped = {"type": "object", "properties": {route.wrapper: reference}, "required": [route.wrapper]}
    schema: dict[str, Any] = {"anyOf": [reference, wrapped]} if route.wrapper else reference
    return {"application/json": {"schema": schema}}


def _responses(route: Route) -> dict[str, Any]:
    shape = "BareError" if route.is_bare_error else "Errors"
    error = {
        "description": "What is wrong, and how to mend it.",
        "content": _json({"$ref": f"#/components/schemas/{shape}"}),
    }
    if route.status == 204:
        return {"204": {"description": "Done."}, "default": error}
    answer = {"description": "The answer.", "content": _json(_answer(route))}
    return {str(route.status): answer, "default": error}


def _answer(route: Route) -> Mapping[str, Any]:
    if not isinstance(route.gives, Mapping):
        return _shape(route.gives)
    properties: dict[str, Any] = {name: _shape(gives) for name, gives in route.gives.items()}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"allOf": [_shape(route.spread), schema]} if route.spread else schema


def _shape(gives: object) -> Mapping[str, Any]:
    if isinstance(gives, list):
        return {"type": "array", "items": _shape(gives[0])}
    if _is_model(gives):
        return {"$ref": f"#/components/schemas/{gives.__name__}"}  # type: ignore[attr-defined]  # a model, see _is_model
    return gives  # type: ignore[return-value]  # a schema as it stands


def _json(schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
