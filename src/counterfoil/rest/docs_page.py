"""/docs: the OpenAPI description as one page for people. No script, nothing fetched from elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Schema = Mapping[str, Any]

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1.5rem}
h1{margin-bottom:0}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
code{font:0.9em ui-monospace,monospace;overflow-wrap:anywhere}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.4rem .8rem}
summary{cursor:pointer;padding:.3rem 0}summary b{display:inline-block;min-width:4.2rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid var(--soft)}
caption{text-align:left;font-weight:600;padding:.3rem 0}
pre{background:var(--soft);padding:.8rem;overflow:auto;max-height:30rem;border-radius:.5rem}
pre code{overflow-wrap:normal}@media(min-width:50rem){td:first-child{min-width:19rem}}
details h3{font-size:1rem;margin:1rem 0 .3rem}
"""
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def page(description: Mapping[str, Any], base_url: str) -> str:
    """The whole page as HTML. description: what rest.openapi.build gives."""
    info, schemas = description["info"], description["components"]["schemas"]
    groups: dict[str, list[str]] = {}
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            groups.setdefault(tag, []).append(_operation(method, path, operation, schemas))
    sections = "".join(f"<h2>{escape(tag)}</h2>{''.join(shown)}" for tag, shown in groups.items())
    example = f'curl {base_url}/v2/client_invoices -H "Authorization: LOGIN:SECRET"'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(info['title'])} API</h1><p>Version {escape(info['version'])}. {escape(info['description'])} "
        f'The same for programs: <a href="/openapi.json">/openapi.json</a>.</p><pre>{escape(example)}</pre>'
        f"{sections}</main></body></html>"
    )


def _operation(method: str, path: str, operation: Schema, schemas: Schema) -> str:
    parts = [f"<p>{_code(operation['description'])}</p>"]
    parameters = [
        (parameter["name"], parameter["in"], _type(parameter["schema"]), parameter.get("description", ""))
        for parameter in operation["parameters"]
    ]
    parts.append(_table("Parameters", ("Name", "In", "Type", ""), parameters))
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        parts.append(_content(f"Body, {media}", content, schemas))
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            parts.append(_answer(status, answer, schemas))
    parts.append(_refusals(operation["responses"]))
    title = f"<b>{method.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}"
    return f"<details><summary>{title}</summary>{''.join(parts)}</details>"


def _answer(status: str, answer: Schema, schemas: Schema) -> str:
    content = answer.get("content", {}).get("application/json")
    if content is None:
        return f"<p>Answers {escape(status)}, empty.</p>"
    return _content(f"Answer {status}", content, schemas, is_answer=True)


def _refusals(answers: Schema) -> str:
    statuses = ", ".join(status for status in answers if status.startswith("4"))
    return f"<p>Refuses with {escape(statuses)}, in errors that say how to mend it.</p>" if statuses else ""


def _content(caption: str, content: Schema, schemas: Schema, *, is_answer: bool = False) -> str:
    """The fields of a body or an answer, and an example of it; of an answer the example shows what lies deeper."""
    schema = _resolved(content["schema"], schemas)
    fields = _fields(schema, schemas, is_answer=is_answer, deepest=1 if is_answer else 2)
    table = _table(caption, ("Field", "Type", ""), fields)
    if "example" not in content:
        return table
    shown = json.dumps(content["example"], ensure_ascii=False, indent=1)
    label = escape(f"Example: {caption[:1].lower()}{caption[1:]}")
    attributes = f'tabindex="0" role="region" aria-label="{label}"'
    return f"{table}<h3>{label}</h3><pre {attributes}><code>{escape(shown)}</code></pre>"


def _fields(
    schema: Schema, schemas: Schema, *, is_answer: bool, deepest: int, prefix: str = ""
) -> list[tuple[str, ...]]:
    """A row a field. An answer has all of them unless its row says otherwise; a body needs those that are marked."""
    rows: list[tuple[str, ...]] = []
    for name, field in schema.get("properties", {}).items():
        is_required = name in schema.get("required", [])
        label = f"{prefix}{name}"
        inner = _resolved(field, schemas)
        note = field.get("description", "") or inner.get("description", "").split("\n")[0]
        kind = _type(field) + (" or null" if is_answer and {"type": "null"} in field.get("anyOf", ()) else "")
        if is_required != is_answer:
            kind = f"{kind}, {'may be absent' if is_answer else 'required'}"
        rows.append((label, kind, note))
        if "properties" in inner and deepest:
            below = f"{label}[]." if _is_list(field) else f"{label}."
            rows += _fields(inner, schemas, is_answer=is_answer, deepest=deepest - 1, prefix=below)
    return rows


def _is_list(schema: Schema) -> bool:
    return any(option.get("type") == "array" for option in (schema, *schema.get("anyOf", ())))


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    """The object behind a reference, an optional or a list; of several at once (allOf) their fields together."""
    if several := schema.get("allOf"):
        found = [_resolved(each, schemas) for each in several]
        return {
            "properties": {name: field for each in found for name, field in each.get("properties", {}).items()},
            "required": [name for each in found for name in each.get("required", [])],
        }
    for option in (schema, *schema.get("anyOf", ())):
        target = option.get("items", {}) if option.get("type") == "array" else option
        if "$ref" in target:
            return dict(schemas[target["$ref"].rsplit("/", 1)[-1]])
    return schema


def _type(schema: Schema) -> str:
    if options := schema.get("anyOf"):
        return " or ".join(dict.fromkeys(_type(option) for option in options if option.get("type") != "null"))
    if "$ref" in schema:
        # What is read and what is written may differ under one name.
        return str(schema["$ref"]).rsplit("/", 1)[-1].removesuffix("-Output").removesuffix("-Input")
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if "enum" in schema or "const" in schema:
        return ", ".join(map(str, schema.get("enum", [schema.get("const")]))) or '""'
    most = f" ≤ {schema['maxLength']}" if "maxLength" in schema else ""
    return f"{schema.get('format', schema.get('type', 'any'))}{most}"


def _table(caption: str, heads: Iterable[str], rows: Sequence[tuple[str, ...]]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    lines = "".join(
        f"<tr><td><code>{escape(row[0])}</code></td>{''.join(f'<td>{_code(cell)}</td>' for cell in row[1:])}</tr>"
        for row in rows
    )
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table>"


def _code(text: str) -> str:
    pieces = escape(text).split("`")
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(pieces))
