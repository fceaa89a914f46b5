"""Checks arguments against a tool's schema, with words of our own: each fault names the value, the rule and the fix.

The API checks what values mean. Here stands what it would not see: names that no tool has (it ignores unknown fields),
and numbers where a decimal string is meant. A fault's meta holds what was sent as `value`, and as `example` what to
send in its place where that needs nobody's knowledge; `rename_to` and `remove` where the name itself is wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from counterfoil.errors import Fault, Invalid

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,), "boolean": (bool,), "integer": (int,), "array": (list,), "object": (dict,), "number": (int, float)
}  # fmt: skip
_NAMES = {bool: "a boolean", int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}
# What to send where a number was sent: a bare 20 may be 20 % or 2000 %, a bare 1200 may be euros or cents.
_FIXES = {
    "vat_rate": 'Send a fraction as a decimal string: "0.2" is 20 %; or vat_rate_percent: 20.',
    "rate": 'Send a fraction as a string of four to six characters: "0.20" is 20 %.',
    "unit_price": 'Send euros without VAT as a decimal string, such as "1200.00".',
    "value": 'Send a decimal string, such as "10.00", or "0.1" for 10 %.',
    "stamp_duty_amount": 'Send euros as a decimal string with two decimals, such as "2.00".',
}
_MEANT_BY_TEXT = {"true": True, "yes": True, "false": False, "no": False}


def checked(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the handler takes them; null counts as absent. Raises Invalid with every fault."""
    given: dict[str, Any] = _tidied(dict(arguments))
    faults = list(_faults(schema, given, ""))
    if faults:
        raise Invalid.of(faults)
    return given


def check_part(schema: Mapping[str, Any], value: Any, path: str) -> None:
    """Checks what a tool's own schema only names. path: of `value`. Raises Invalid with every fault."""
    faults = list(_faults(schema, value, path))
    if faults:
        raise Invalid.of(faults)


def take_cleared(change: dict[str, Any]) -> dict[str, None]:
    """The fields to empty, as the API takes them; takes `clear` out of `change`.

    Raises Invalid when a field is both sent and cleared, and when nothing is left to change.
    """
    cleared: dict[str, None] = dict.fromkeys(change.pop("clear", ()))
    both = sorted(cleared.keys() & change.keys())
    if both:
        fix = "Name it in clear, or send a value for it."
        raise Invalid("set_and_cleared", f"{both[0]} is both sent and cleared.", field=both[0], fix=fix)
    if not change and not cleared:
        raise Invalid("nothing_to_change", "No field to change was sent.", fix="Send the fields to change.")
    return cleared


def _tidied(value: Any) -> Any:
    """Without nulls, and quantities as strings: a quantity of 2 can mean one thing only."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {name: _tidied(item) for name, item in value.items() if item is not None}
    quantity = kept.get("quantity")
    if isinstance(quantity, int | float) and not isinstance(quantity, bool):
        kept["quantity"] = repr(quantity).removesuffix(".0")
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
        yield _wrong_type(_article(kind), value, path, kind)
    elif kind == "object":
        yield from _object_faults(schema, value, path)
    elif kind == "array":
        yield from _array_faults(schema, value, path)
    elif kind == "string":
        yield from _text_faults(schema, value, path)
    elif kind == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        bounds = f"{schema['minimum']} to {schema['maximum']}"
        nearest = min(max(value, schema["minimum"]), schema["maximum"])
        said = f"{path} is {value}; {bounds} is allowed."
        yield _fault("out_of_range", said, path, f"Send {bounds}.", value, nearest)


def _object_faults(schema: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[Fault]:
    known = schema.get("properties", {})
    for name in value if "properties" in schema else ():
        if name not in known:
            yield _unknown(name[:80], known, path)
    for name in schema.get("required", ()):
        if name not in value:
            message = f"{name} is missing: {known[name]['description']}"
            example = known[name].get("enum", [None])[0] if len(known[name].get("enum", ())) == 1 else None
            yield _fault("missing_value", message, _below(path, name), f"Send {name}.", None, example)
    for name, part in known.items():
        if name in value:
            yield from _faults(part, value[name], _below(path, name))


def _array_faults(schema: Mapping[str, Any], value: list[Any], path: str) -> Iterator[Fault]:
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(value) < least:
        yield Fault("too_few", f"{path} has {len(value)} entries; at least {least} is needed.", path, "Send more.")
    if most is not None and len(value) > most:
        said = f"{path} has {len(value)} entries; at most {most} are allowed."
        yield _fault("too_many", said, path, "Send fewer.", None, value[:most])
    for index, item in enumerate(value):
        yield from _faults(schema["items"], item, _below(path, str(index)))


def _text_faults(schema: Mapping[str, Any], value: str, path: str) -> Iterator[Fault]:
    shown = json.dumps(value[:80], ensure_ascii=False)
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        near = get_close_matches(value.strip().lower(), allowed, n=1)
        near = near or [one for one in allowed if one.lower() == value.strip().lower()]
        fix = f"Send one of: {', '.join(allowed)}."
        yield _fault("not_in_list", f"{path} is {shown}.", path, fix, value, near[0] if near else None)
    if len(value) < schema.get("minLength", 0):
        yield Fault("too_short", f"{path} is {shown}.", path, f"Send at least {schema['minLength']} characters.")
    if len(value) > schema.get("maxLength", len(value)):
        most = schema["maxLength"]
        said = f"{path} has {len(value)} characters; {most} are allowed."
        yield _fault("too_long", said, path, f"Shorten it to {most}.", value[:40], value[:most].rstrip())
    if "pattern" in schema and not re.search(schema["pattern"], value):
        wanted = _FIXES.get(path.rsplit("/", 1)[-1]) or schema.get("description")
        said = f"{path} is {shown}, which is not of the form needed."
        yield _fault("invalid_format", said, path, wanted, value, _fitting(schema["pattern"], value))


def _fitting(pattern: str, value: str) -> str | None:
    """`value` as the pattern wants it, where only its case or spaces are off."""
    for tried in (value.strip(), value.strip().upper(), value.strip().lower(), "".join(value.split())):
        if re.search(pattern, tried):
            return tried
    return None


def _unknown(name: str, known: Mapping[str, Any], path: str) -> Fault:
    close = get_close_matches(name, known, n=1)
    fix = f"Did you mean {close[0]}?" if close else f"Leave it out; arguments here are: {', '.join(known)}."
    meta: dict[str, object] = {"rename_to": close[0]} if close else {"remove": True}
    return Fault("unknown_argument", f"There is no argument {name}.", _below(path, name), fix, meta=meta)


def _wrong_type(wanted: str, value: Any, path: str, kind: str = "") -> Fault:
    got = _NAMES.get(type(value), "something else")
    fix = _FIXES.get(path.rsplit("/", 1)[-1]) or f"Send {wanted}."
    if not path:
        return Fault("invalid_arguments", f"The arguments are {got}, not {wanted}.", None, fix)
    said = f"{path} is {got} ({json.dumps(value)[:60]}), not {wanted}."
    return _fault("invalid_type", said, path, fix, value, _converted(value, kind, path))


def _converted(value: Any, kind: str, path: str) -> Any:
    """`value` as a `kind`, where that can mean one thing only."""
    name = path.rsplit("/", 1)[-1]
    if kind == "array" and isinstance(value, str | dict):
        return [value]
    if kind == "boolean" and isinstance(value, str):
        return _MEANT_BY_TEXT.get(value.strip().lower())
    if kind == "integer" and isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    if kind == "integer" and isinstance(value, float) and value == int(value):
        return int(value)
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        if name in ("vat_rate", "rate") and value > 1:
            return f"{Decimal(repr(value)) / 100:f}"
        return repr(value)
    if kind == "string" and isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    return None


def _fault(code: str, message: str, path: str, fix: str | None, value: Any, example: Any) -> Fault:
    meta: dict[str, object] = {"value": value[:80] if isinstance(value, str) else value} if value is not None else {}
    return Fault(code, message, path, fix, meta=meta | ({"example": example} if example is not None else {}))


def _is_type(value: Any, kind: str) -> bool:
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aio" else f"a {kind}"


def _below(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
