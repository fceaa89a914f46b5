"""The API that other people's clients are written for, beside ours: operation by operation, field by field.

`python -m tests.contract.compatibility` writes the table of docs/api/compatibility.md anew; a test compares it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from counterfoil.rest import openapi
from counterfoil.rest.api import ROUTES

Schema = Mapping[str, Any]
SURFACE = Path(__file__).with_name("api_surface.json")
PAGE = Path(__file__).parents[2] / "docs" / "api" / "compatibility.md"
BEGIN, END = "<!-- operations: written by tests/contract/compatibility.py -->", "<!-- end of operations -->"
METHODS = ("get", "post", "put", "patch", "delete")

# What the API's own pages leave open, and what is done here; the rest of each choice stands in docs/api/choices.
CHOSEN = {
    ("patch", "/v2/client_invoices/{id}"): "any status but draft: 412; currency in it: 422",
    ("post", "/v2/client_invoices/{id}/finalize"): "a wrong state: 412",
    ("post", "/v2/client_invoices/{id}/mark_as_canceled"): "a wrong state: 412",
    ("post", "/v2/client_invoices/bulk"): "200",
    ("post", "/v2/client_invoices/uploads"): "200",
    ("post", "/v2/credit_notes"): "201; amounts in answers are positive",
    ("post", "/v2/quotes"): "201, the quote's fields both bare and under quote",
    ("delete", "/v2/quotes/{id}"): "a sent quote: 412",
    ("post", "/v2/products"): "201",
    ("patch", "/v2/products/{id}"): "PATCH, and PUT as another name for it",
    ("post", "/v2/attachments"): "the idempotency key may be left out",
    ("get", "/v2/bank_accounts"): "with meta",
    ("get", "/v2/settings"): "bare, and under settings",
    ("put", "/v2/settings"): "bare, and under settings",
    ("post", "/v2/reminders"): "201; replaces the client's configuration",
    ("get", "/v2/recurring_invoices"): "under recurring_invoices, with meta",
    ("post", "/v2/recurring_invoices"): "201; bare, and under recurring_invoice",
    ("get", "/v2/recurring_invoices/{id}"): "bare, and under recurring_invoice",
}


@dataclass
class Compared:
    """One operation. missing: what of theirs is not here; extra: what is ours alone."""

    method: str
    path: str
    is_served: bool
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)

    @property
    def status(self) -> str:
        if not self.is_served:
            return "not here"
        if (self.method, self.path) in CHOSEN:
            return "chosen"
        return "superset" if self.extra else "same"


@cache
def theirs() -> dict[str, Any]:
    """The facts about the API."""
    found: dict[str, Any] = json.loads(SURFACE.read_text(encoding="utf-8"))
    return found


@cache
def ours() -> dict[str, Any]:
    """Our own description."""
    return openapi.build(ROUTES)


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each operation of theirs: method, path, description."""
    for path, methods in theirs()["paths"].items():
        for method in METHODS:
            if method in methods:
                yield method, path, methods[method]


def compare(method: str, path: str) -> Compared:
    """One of their operations beside ours."""
    served = {re.sub(r"{\w+}", "{}", path): methods for path, methods in ours()["paths"].items()}
    mine = served.get(re.sub(r"{\w+}", "{}", path), {}).get(method)
    if mine is None:
        return Compared(method, path, is_served=False)
    found = Compared(method, path, is_served=True)
    other = theirs()["paths"][path][method]
    found.missing += [f"answer {status}" for status in _successes(other) if status not in _successes(mine)]
    _compare_parameters(found, other, mine)
    _compare_schema(found, "body", _body(other, theirs()), _body(mine, ours()))
    _compare_schema(found, "answer", _answer(other, theirs()), _answer(mine, ours()))
    return found


def _compare_parameters(found: Compared, other: Schema, mine: Schema) -> None:
    wanted = _query(other, theirs())
    have = _query(mine, ours())
    found.missing += [f"query {name}" for name in sorted(wanted - have)]
    found.extra += [f"query {name}" for name in sorted(have - wanted)]


def _successes(operation: Schema) -> list[str]:
    return [status for status in operation["responses"] if status.startswith("2")]


def _query(operation: Schema, document: Schema) -> set[str]:
    """Query parameters; the spelling with [] at the end is another of the same."""
    listed = [_resolved(parameter, document) for parameter in operation.get("parameters", [])]
    return {parameter["name"].removesuffix("[]") for parameter in listed if parameter["in"] == "query"}


def _body(operation: Schema, document: Schema) -> tuple[Schema, Schema]:
    content = _resolved(operation.get("requestBody", {}), document).get("content", {})
    return next((media.get("schema", {}) for media in content.values()), {}), document


def _answer(operation: Schema, document: Schema) -> tuple[Schema, Schema]:
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            content = _resolved(answer, document).get("content", {})
            return next((media.get("schema", {}) for media in content.values()), {}), document
    return {}, document


def _compare_schema(found: Compared, where: str, wanted: tuple[Schema, Schema], have: tuple[Schema, Schema]) -> None:
    theirs_fields, ours_fields = dict(_fields(*wanted)), dict(_fields(*have))
    for name, is_required in theirs_fields.items():
        if name not in ours_fields:
            found.missing.append(f"{where} {name}")
        elif where == "answer" and is_required and not ours_fields[name]:
            found.missing.append(f"{where} {name} (always there)")
    for name in ours_fields.keys() - theirs_fields.keys():
        found.extra.append(f"{where} {name}")


def _fields(schema: Schema, document: Schema, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, bool]]:
    """Every field of an object as a path, and whether it is always there; lists and unions are looked into."""
    if depth > 6:
        return
    seen: dict[str, bool] = {}
    for option in _options(schema, document):
        required = option.get("required", [])
        for name, inner in option.get("properties", {}).items():
            path = f"{prefix}{name}"
            seen[path] = seen.get(path, False) or name in required
            if _may_be_text(inner, document):
                continue
            for deeper, is_required in _fields(inner, document, f"{path}/", depth + 1):
                seen[deeper] = seen.get(deeper, False) or is_required
    yield from seen.items()


def _may_be_text(schema: Schema, document: Schema) -> bool:
    """Whether a plain string is as good as an object there."""
    options = [_resolved(option, document) for word in ("anyOf", "oneOf") for option in schema.get(word, [])]
    return any(option.get("type") == "string" for option in options)


def _options(schema: Schema, document: Schema) -> Iterator[Schema]:
    """The objects behind references, lists, unions and compositions."""
    found = _resolved(schema, document)
    for word in ("anyOf", "oneOf", "allOf"):
        for option in found.get(word, []):
            yield from _options(option, document)
    if "items" in found:
        yield from _options(found["items"], document)
    if "properties" in found:
        yield found


def _resolved(schema: Schema, document: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema = target
    return schema


def table() -> str:
    """The operations as a Markdown table."""
    lines = ["| operation | here | remark |", "|---|---|---|"]
    for method, path, _ in operations():
        compared = compare(method, path)
        remark = "; ".join(filter(None, (CHOSEN.get((method, path)), _ours(compared))))
        lines.append(f"| `{method.upper()} {path}` | {compared.status} | {remark} |")
    return "\n".join(lines)


def _ours(compared: Compared) -> str:
    """What may be asked for here only; what answers have more stands in docs/api/fields.md."""
    asked = (name.split(" ", 1)[1] for name in compared.extra if not name.startswith("answer "))
    kind = compared.path.split("/")[2].removesuffix("s")
    shown = [f"`{name}`" for name in sorted(set(asked)) if name.split("/")[0] != kind]
    return f"ours: {', '.join(shown)}" if shown else ""


def page() -> str:
    """The whole page with a fresh table in it."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{table()}\n{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
