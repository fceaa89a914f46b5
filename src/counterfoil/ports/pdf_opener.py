"""Looks for an e-invoice in a PDF of somebody else's, in a process of its own that ends with the answer.

A PDF of ten megabytes can make its reader build a thousand times as much, or crash it. Here that costs one child of a
gigabyte and a few seconds at most, which has neither network nor files; what it answers is read as any other XML.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable

TIMEOUT_SECONDS: Final = 10.0
# How the child ends when it has an error to tell: with a code that Python does not use.
TOLD: Final = 64
_COMMAND: Final = (sys.executable, "-I", "-m", "counterfoil.ports.pdf_child")


def embedded_xml(
    content: bytes, *, timeout_seconds: float = TIMEOUT_SECONDS, command: Sequence[str] = _COMMAND
) -> bytes:
    """The XML that the PDF carries. Raises NoEInvoice when there is none, Unreadable when it cannot be looked into."""
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module
            command,
            input=content,
            capture_output=True,
            timeout=timeout_seconds,
            env={"LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "TZ": "UTC", "MALLOC_ARENA_MAX": "2"},
            cwd="/",
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _not_opened(f"it took longer than {timeout_seconds:g} seconds") from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode == TOLD:
        told = json.loads(done.stdout)
        kind = NoEInvoice if told["is_none"] else Unreadable
        raise kind(told["code"], told["message"], fix=told["fix"])
    raise _not_opened("its reader ended over it")


def _not_opened(cause: str) -> Unreadable:
    return Unreadable(
        "pdf_not_opened", f"The PDF could not be looked into: {cause}.", fix="Ask the supplier to send it again."
    )
