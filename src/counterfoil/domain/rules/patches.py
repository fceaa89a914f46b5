"""RFC 6902 operations that mend a fault without asking anybody, and the faults that carry them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from counterfoil.errors import Fault

Operation = Mapping[str, object]
CLIENT = "client"
ORGANIZATION = "organization"


def put(path: str, value: object) -> Operation:
    """Sets the field at `path`, a JSON pointer into the resource as GET answers it, whether it is there or not."""
    return {"op": "add", "path": path, "value": value}


def change(path: str, value: object) -> Operation:
    """Replaces what stands at `path`."""
    return {"op": "replace", "path": path, "value": value}


def take_away(path: str) -> Operation:
    """Removes what stands at `path`."""
    return {"op": "remove", "path": path}


def mended(fault: Fault, target: str, *operations: Operation) -> Fault:
    """The fault with the operations that mend it. target: the resource that they are for."""
    return replace(fault, patch=operations, patch_target=target)


def retargeted(faults: Iterable[Fault], target: str) -> list[Fault]:
    """The faults, with the patches of those that mend an invoice meant for a document of another kind."""
    return [
        replace(fault, patch_target=target) if fault.patch_target == "client_invoice" else fault for fault in faults
    ]
