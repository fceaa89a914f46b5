"""Checks arguments against a tool's schema, with words of our own: each fault names the value, the rule and the fix.

The API checks what values mean. Here stands what it would not see: names that no tool has (it ignores unknown fields),
and numbers where a decimal string is meant.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from counterfoil.errors import Fault, Invalid

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "array": (list,), "object": (dict,)
}  # fmt: skip
_NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}
# What to send where a number was sent: a bare 20 may be 20 % or 2000 %, a bare 1200 may be euros or cents.
_FIXES = {
    "vat_rate": 'Send a fraction as a decimal string: "0.2" is 20 %.',
    "rate": 'Send a fraction as a string of four to six characters: "0.20" is 20 %.',
    "unit_price": 'Send euros without VAT as a decimal string, such as "1200.00".',
    "value": 'Send a decimal string, such as "10.00", or "0.1" for 10 %.',
    "stamp_duty_amount": 'Send euros as a decimal string with two decimals, such as "2.00".',
}
_UUID_FIXES = {"client_id": "Call list_clients to find the id.", "id": "Call the list tool to find the id."}


def checked(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the handler takes them; null counts as absent. Raises Invalid with every fault."""
    given: dict[str, Any] = _tidied(dict(arguments))
    faults = list(_faults(schema, given, ""))
    if faults:
        raise Invalid.of(faults)
    return given


def _tidied(value: Any) -> Any:
    """Without nulls, and whole quantities as strings: a quantity of 2 can mean one thing only."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _tidied(item) for name, item in value.items() if item is not None}
    quantity = kept.get("quantity")
    if isinstance(quantity, int) and not isinstance(quantity, bool):
        kept["quantity"] = str(quantity)
    return kept


def _faults(schema: Mapping[str, Any], value: Any, path: str) -> Iterator[Fault]:
    if "anyOf" in schema:
        fitting = [part for part in schema["anyOf"] if _is_type(value, part["type"])]
        if not fitting:
            yield _wrong_type(" or ".join(_article(part["type"]) for part in schema["anyOf"]), value, path)
            return
        schema = fitting[0]
    kind = schema["type"]
    if not _is_type(value, kind):
        yield _wrong_type(_article(kind), value, path)
    elif kind == "object":
        yield from _object_faults(schema, value, path)
    elif kind == "array":
        yield from _array_faults(schema, value, path)
    elif kind == "string":
        yield from _text_faults(schema, value, path)
    elif kind == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        bounds = f"{schema['minimum']} to {schema['maximum']}"
        yield Fault("out_of_range", f"{path} is {value}; {bounds} is allowed.", path, f"Send {bounds}.")


def _object_faults(schema: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    known = schema.get("properties", {})
    for name in value:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            fix = f"Did you mean {close[0]}?" if close else f"Arguments here are: {', '.join(known)}."
            yield Fault("unknown_argument", f"There is no argument {name[:80]}.", _below(path, name[:80]), fix)
    for name in schema.get("required", ()):
        if name not in value:
            message = f"{name} is missing: {known[name]['description']}"
            yield Fault("missing_value", message, _below(path, name), f"Send {name}.")
    for name, part in known.items():
        if name in value:
            yield from _faults(part, value[name], _below(path, name))


def _array_faults(schema: Mapping[str, Any], value: list[Any], path: str) -> Iterator[Fault]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least:
        yield Fault("too_few", f"{path} has {len(value)} entries; at least {least} is needed.", path, "Send more.")
    if most is not None and len(value) > most:
        yield Fault("too_many", f"{path} has {len(value)} entries; at most {most} are allowed.", path, "Send fewer.")
    for index, item in enumerate(value):
        yield from _faults(schema["items"], item, _below(path, str(index)))


def _text_faults(schema: Mapping[str, Any], value: str, path: str) -> Iterator[Fault]:
    shown = json.dumps(value[:80], ensure_ascii=False)
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        yield Fault("not_in_list", f"{path} is {shown}.", path, f"Send one of: {', '.join(allowed)}.")
    if len(value) < schema.get("minLength", 0):
        yield Fault("too_short", f"{path} is {shown}.", path, f"Send at least {schema['minLength']} characters.")
    if len(value) > schema.get("maxLength", len(value)):
        most = schema["maxLength"]
        yield Fault("too_long", f"{path} has {len(value)} characters; {most} are allowed.", path, "Shorten it.")
    if "pattern" in schema and not re.search(schema["pattern"], value):
        name = path.rsplit("/", 1)[-1]
        fix = _UUID_FIXES.get(name) or _FIXES.get(name) or schema.get("description")
        yield Fault("invalid_format", f"{path} is {shown}, which is not of the form needed.", path, fix)
    if schema.get("format") == "date" and not _is_day(value):
        yield Fault("invalid_format", f"{path} is {shown}, not a day.", path, 'Send a day as "YYYY-MM-DD".')


def _wrong_type(wanted: str, value: Any, path: str) -> Fault:
    got = _NAMES.get(type(value), "something else")
    fix = _FIXES.get(path.rsplit("/", 1)[-1]) or f"Send {wanted}."
    if not path:
        return Fault("invalid_arguments", f"The arguments are {got}, not {wanted}.", None, fix)
    return Fault("invalid_type", f"{path} is {got} ({json.dumps(value)[:60]}), not {wanted}.", path, fix)


def _is_type(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _is_day(value: str) -> bool:
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10 and date(1970, 1, 1) <= found <= date(2199, 12, 31)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
