"""Reading the body of a PATCH: the fields to change, or a JSON Patch on the resource as GET answers it (ours)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from counterfoil.operations.work import Work
from counterfoil.rest import json_patch
from counterfoil.rest.bodies import Model, validated
from counterfoil.rest.calls import Call
from counterfoil.rest.lines import parse_lines

Fields = dict[str, object]


class Patched(NamedTuple):
    """A resource that a JSON Patch may be sent for.

    current: the resource as GET answers it. fields: those that a change may carry. merged: of these, those that a
    change merges into what is there. sent_as: fields that a change writes in another form than GET.
    """

    current: Callable[[Call, Work], Mapping[str, Any]]
    fields: Collection[str]
    merged: Collection[str] = ()
    sent_as: Mapping[str, Callable[[Any], Any]] = {}

    def fields_of(self, call: Call, operations: list[json_patch.Operation], work: Work) -> Fields:
        """The ordinary body that the operations come to."""
        before = self.current(call, work)
        after = json_patch.applied(before, operations)
        change = json_patch.change_of(before, after, operations, fields=self.fields, merged=self.merged)
        written = {name: self.sent_as.get(name, _as_it_is)(value) for name, value in change.items()}
        return call.bounded(written)


def parse_change(
    call: Call,
    model: type[Model],
    wrapper: str,
    patched: Patched,
    refuse: Callable[[Fields], None] | None = None,
    *,
    has_lines: bool = False,
) -> Callable[[Work], Model]:
    """What gives the change as `model` within the write. refuse: raises for fields that cannot be changed so.

    An ordinary body is read at once; a JSON Patch needs the resource, and is applied in the write that changes it.
    has_lines: an ordinary body's may name products; a patched one's are whole, as GET answers them.
    """
    if not is_json_patch(call):
        if refuse is not None:
            refuse(call.object(wrapper))
        return parse_lines(call, model, wrapper) if has_lines else _always(call.parse(model, wrapper))
    return _patched(call, model, patched, refuse)


def _patched(
    call: Call, model: type[Model], patched: Patched, refuse: Callable[[Fields], None] | None
) -> Callable[[Work], Model]:
    operations = json_patch.read(call.body)

    def change(work: Work) -> Model:
        fields = patched.fields_of(call, operations, work)
        if refuse is not None:
            refuse(fields)
        return validated(model, fields)

    return change


def _always(model: Model) -> Callable[[Work], Model]:
    return lambda _work: model


def sent_fields(call: Call, wrapper: str, patched: Patched) -> Callable[[Work], Fields]:
    """The same for a change that is taken as it is sent."""
    if not is_json_patch(call):
        fields = call.object(wrapper)
        return lambda _work: fields
    operations = json_patch.read(call.body)
    return lambda work: patched.fields_of(call, operations, work)


def is_json_patch(call: Call) -> bool:
    """Whether the body came as application/json-patch+json."""
    return call.content_type.split(";")[0].strip().lower() == json_patch.MEDIA_TYPE


def _as_it_is(value: Any) -> Any:
    return value
