"""JSON Patch (RFC 6902): a change of a resource as operations on it, as GET answers it. Pure.

add, remove, replace and test are read; move and copy are not, as no fix needs them. What comes out is the ordinary
body of a change, with the fields that were touched and no others, so that everything after it is as always.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from pydantic_core import from_json

from counterfoil import errors

MEDIA_TYPE: Final = "application/json-patch+json"
OPERATIONS_MAX: Final = 100
POINTER_MAX: Final = 500
OPERATIONS: Final = ("add", "remove", "replace", "test")
_INDEX = re.compile("0|[1-9][0-9]{0,5}", re.ASCII)
_ESCAPE = re.compile("~(?![01])")
_SPEC: Final = "See RFC 6902 and RFC 6901."


class Operation(NamedTuple):
    """One operation. position: in the patch. path: the pointer's segments, at least one, unescaped."""

    position: int
    op: str
    path: tuple[str, ...]
    value: Any = None

    @property
    def pointer(self) -> str:
        return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in self.path)


def read(body: bytes) -> list[Operation]:
    """The operations of a body. Raises Malformed when it is not JSON, Invalid naming the operation that is wrong."""
    try:
        sent = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise errors.Malformed(
            "malformed_json", f"The body is not valid JSON: {error}.", fix="Send a JSON array in UTF-8."
        ) from None
    if not isinstance(sent, list):
        raise _invalid(
            None, "A JSON Patch is an array of operations.", 'Send one such as [{"op": "remove", "path": "/number"}].'
        )
    if len(sent) > OPERATIONS_MAX:
        message = f"{len(sent)} operations were sent; at most {OPERATIONS_MAX} are allowed."
        raise _invalid(None, message, "Split the patch.")
    return [_operation(position, each) for position, each in enumerate(sent)]


def applied(resource: Mapping[str, Any], operations: Sequence[Operation]) -> dict[str, Any]:
    """The resource after all operations; `resource` itself stays. Raises Invalid, or Conflict when a test fails."""
    after: dict[str, Any] = _copied(resource)
    for operation in operations:
        _apply(after, operation)
    return after


def change_of(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    operations: Sequence[Operation],
    *,
    fields: Collection[str],
    merged: Collection[str] = (),
) -> dict[str, Any]:
    """The body of a change: the top-level fields that were touched, null for one that was removed.

    fields: those that a change may carry; Invalid is raised for others. merged: those whose objects a change merges
    into what is there, so that null must stand for what was removed from them.
    """
    change: dict[str, Any] = {}
    for operation in operations:
        if operation.op == "test":
            continue
        name = operation.path[0]
        if name not in fields:
            raise errors.Invalid(
                "read_only", f"{name[:80]} cannot be patched.", field=f"{operation.position}/path",
                fix=f"Fields that can be: {', '.join(sorted(fields))}.",
            )  # fmt: skip
        change[name] = after.get(name)
    for name in merged:
        was, now = before.get(name), change.get(name)
        if isinstance(was, Mapping) and isinstance(now, dict):
            change[name] = dict.fromkeys(was.keys() - now.keys()) | now
    return change


def _operation(position: int, sent: Any) -> Operation:
    if not isinstance(sent, dict):
        raise _invalid(position, "An operation is an object with op and path.", _SPEC)
    op, path = sent.get("op"), sent.get("path")
    if op not in OPERATIONS:
        raise _invalid(position, f"op must be one of {', '.join(OPERATIONS)}.", "Send one of these.", "op")
    if not isinstance(path, str) or not path.startswith("/") or len(path) > POINTER_MAX or _ESCAPE.search(path):
        message = "path is no JSON pointer to a part of the resource."
        raise _invalid(position, message, 'Send one such as "/items/0/vat_rate", as GET answers the resource.', "path")
    if op != "remove" and "value" not in sent:
        raise _invalid(position, f"{op} needs a value.", "Send value; null is one.", "value")
    parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/"))
    return Operation(position, op, parts, sent.get("value"))


def _apply(resource: dict[str, Any], operation: Operation) -> None:
    parent = _parent(resource, operation)
    if isinstance(parent, list):
        _apply_in_list(parent, operation)
        return
    name = operation.path[-1]
    if operation.op != "add" and name not in parent:
        raise _nowhere(operation)
    if operation.op == "remove":
        del parent[name]
    elif operation.op == "test":
        _test(parent[name], operation)
    else:
        parent[name] = _copied(operation.value)


def _apply_in_list(parent: list[Any], operation: Operation) -> None:
    text, is_add = operation.path[-1], operation.op == "add"
    index = len(parent) if text == "-" and is_add else _index(text, operation)
    if index >= len(parent) + is_add:
        raise _nowhere(operation)
    if is_add:
        parent.insert(index, _copied(operation.value))
    elif operation.op == "remove":
        del parent[index]
    elif operation.op == "test":
        _test(parent[index], operation)
    else:
        parent[index] = _copied(operation.value)


def _parent(resource: dict[str, Any], operation: Operation) -> dict[str, Any] | list[Any]:
    """The object or array that holds what the pointer names."""
    place: Any = resource
    for part in operation.path[:-1]:
        if isinstance(place, list):
            index = _index(part, operation)
            if index >= len(place):
                raise _nowhere(operation)
            place = place[index]
        elif isinstance(place, dict) and part in place:
            place = place[part]
        else:
            raise _nowhere(operation)
    if not isinstance(place, dict | list):
        raise _nowhere(operation)
    return place


def _index(text: str, operation: Operation) -> int:
    if not _INDEX.fullmatch(text):
        raise _nowhere(operation)
    return int(text)


def _test(found: Any, operation: Operation) -> None:
    if not _same(found, operation.value):
        raise _not_as_expected(operation)


def _same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal; unlike in Python, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(one == other)


def _copied(value: Any) -> Any:
    """The value with objects and arrays of its own: two operations may carry the same one."""
    if isinstance(value, Mapping):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def _not_as_expected(operation: Operation) -> errors.Conflict:
    return errors.Conflict(
        "json_patch_test_failed", f"{operation.pointer[:200]} is not what the patch expects; nothing was changed.",
        field=f"{operation.position}/value", fix="GET the resource and make the patch anew.",
    )  # fmt: skip


def _nowhere(operation: Operation) -> errors.BillingError:
    if operation.op == "test":
        return _not_as_expected(operation)
    message = f"{operation.pointer[:200]} is not there, so it cannot take {operation.op}."
    return _invalid(operation.position, message, "Point to what GET answers; add makes a new field.", "path")


def _invalid(position: int | None, message: str, fix: str, part: str = "") -> errors.Invalid:
    field = None if position is None else f"{position}/{part}".rstrip("/")
    return errors.Invalid("invalid_json_patch", message, field=field, fix=fix)
