"""What may be said of texts and errors that hold others' values: for the log, which is nobody's data.

Secrets and personal data have no mark on them, so this is careless of the useful: quoted texts, addresses, long numbers
and whatever looks like a token go; of an error only its kind, unless its message is known to be made of our own words.
"""

from __future__ import annotations

import re
import sqlite3
import traceback
from pathlib import Path

from counterfoil.errors import BillingError

LINE_CHARS_MAX = 500
_PACKAGE = Path(__file__).parent
# Messages of these codes are for whoever runs the server: our own words and, at most, what another machine said.
_FOR_OPERATORS = ("database_", "files_", "file_", "mail_", "secret_key_", "schema_", "invalid_setting", "driver_")
_MAIL_ANSWER = re.compile(r"(: [245]\d\d(?:[ -][245]\.\d{1,3}\.\d{1,3})?)\b.*", re.DOTALL)
_PARTS = (
    (re.compile(r"\b([a-z][a-z0-9+.-]{1,20}://)(?:[^\s/@]*@)?([A-Za-z0-9.\[\]:-]*)\S*", re.IGNORECASE), r"\1\2/…"),
    (re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;]+"), "…@…"),
    (re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|„[^“”]*[“”]|“[^”]*”|`[^`]*`"), '"…"'),
    (re.compile(r"\b(bearer|basic|password|secret|token|key)\b(\s*[:=]\s*|\s+)\S+", re.IGNORECASE), r"\1\2…"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{3,4}){3,8}\b"), "…"),
    (re.compile(r"\b(?:sk|cft|whsec|cfr|cfc|cfs)_[A-Za-z0-9_-]+"), "…"),
)
_OPAQUE = re.compile(r"[A-Za-z0-9_+/=-]{20,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
_DIGITS = re.compile(r"(?<![0-9A-Za-z-])\+?\d[\d .]{7,}\d(?![0-9A-Za-z-])")
_WORD = re.compile(r"[a-z]+(?:[_-][a-z]+)*")


def line(text: str) -> str:
    """The first line of `text`, short, without what could be somebody's."""
    found = text.strip().splitlines()[0] if text.strip() else ""
    for pattern, instead in _PARTS:
        found = pattern.sub(instead, found)
    found = _OPAQUE.sub(_shown, found)
    return _DIGITS.sub("…", found)[:LINE_CHARS_MAX]


def told(error: BaseException) -> str:
    """An error's kind, with its message where that can hold nobody's data."""
    kind = type(error).__name__
    if isinstance(error, BillingError):
        code = error.faults[0].code
        said = _for_operators(code, error.faults[0].message)
        return f"{code}: {said}" if said else f"{kind} {code}"
    cause = getattr(error, "orig", None)
    if isinstance(cause, BaseException):
        return f"{kind}: {told(cause)}"
    if isinstance(error, sqlite3.Error):
        return f"{kind} {getattr(error, 'sqlite_errorname', '')}".rstrip()
    if isinstance(error, OSError):
        return f"{kind}: {error.strerror}" if error.strerror else kind
    state = getattr(error, "sqlstate", None)
    return f"{kind} {state}" if isinstance(state, str) else kind


def trace_of(error: BaseException) -> str:
    """Where an error was raised and what led to it: places and kinds, no values."""
    lines = ["Traceback, without values:"]
    seen: set[int] = set()
    problem: BaseException | None = error
    while problem is not None and id(problem) not in seen:
        seen.add(id(problem))
        frames = traceback.extract_tb(problem.__traceback__)
        lines += [f"  {_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-30:]]
        lines.append(f"{told(problem)}")
        following = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        if following is not None:
            lines.append("which came of:")
        problem = following
    return "\n".join(lines)


def _for_operators(code: str, message: str) -> str:
    if not code.startswith(_FOR_OPERATORS):
        return ""
    # What a mail server says after its code may name anybody.
    return line(_MAIL_ANSWER.sub(r"\1", message) if code.startswith("mail_") else message)


def _place(filename: str) -> str:
    path = Path(filename)
    if path.is_relative_to(_PACKAGE.parent):
        return path.relative_to(_PACKAGE.parent).as_posix()
    return "/".join(path.parts[-2:])


def _shown(found: re.Match[str]) -> str:
    text = found[0]
    is_ours = _UUID.fullmatch(text) or _HEX.fullmatch(text) or _WORD.fullmatch(text.lower())
    return text if is_ours else "…"
