"""Whether an SQL statement keeps to one organization, judged by its text, as the driver gets it."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from types import FrameType

import counterfoil.store
from counterfoil.store.schema import metadata
from tests.architecture.test_layers import NOT_OF_ONE_ORGANIZATION

# Functions of the store whose statements are for all organizations although they are told one, and why.
QUERIES_OF_ALL = {
    "credentials.families": "joins the names of clients, which may be anybody's, to its own organization's consents",
    "migrations": "bring the rows of all organizations to a new form",
}

# The column that says whose a row is.
OWNER = {
    table.name: "id" if table.name == "organizations" else "organization_id"
    for table in metadata.tables.values()
    if table.name == "organizations" or "organization_id" in table.c
}
_STORE = str(Path(counterfoil.store.__file__).parent)
_MIGRATIONS = f"{_STORE}/migrations"
_TESTS = str(Path(__file__).parents[1])
_LOOKING_ON = {__file__, f"{_TESTS}/plugins/tenant_scope.py"}
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_TOUCHED = re.compile(r"\b(?:FROM|JOIN|UPDATE|,)\s+(\w+)(?:\s+AS\s+(\w+))?(?=[\s,)]|$)", re.IGNORECASE)
_PARAMETER = r"(?:\?|:\w+|%s|%\(\w+\)s(?:::\w+)?|\$\d+)"


@cache
def unscoped(sql: str) -> frozenset[str]:
    """The tables of organizations that `sql` reads, changes or deletes from without saying whose rows it means.

    Each mention of a table needs a comparison of its owner's column of its own: with a parameter, or with the same
    column of another table, of which at least one is compared with a parameter.
    """
    text = _LITERAL.sub("''", sql)
    if re.match(
        r"\s*(?:CREATE|DROP|ALTER|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|VACUUM)\b", text, re.IGNORECASE
    ):
        return frozenset()
    if re.search(r"WHERE (?:0 = 1|false)\s*$", text):
        return frozenset()  # what was asked for can never be: SQLAlchemy drops the other conditions
    mentioned: Counter[tuple[str, str]] = Counter()
    for match in _TOUCHED.finditer(text):
        if match[1] in OWNER and not _is_insert(text, match.start()):
            mentioned[match[1], match[2] or match[1]] += 1
    return frozenset(
        table for (table, name), times in mentioned.items() if _comparisons(text, name, OWNER[table]) < times
    )


def _is_insert(text: str, position: int) -> bool:
    """Whether the comma or UPDATE at `position` is of an INSERT's list of columns."""
    before = text[:position]
    is_conflict = re.search(r"ON CONFLICT[^?]*DO\s*$", before, re.IGNORECASE) is not None
    opened = re.match(r"\s*INSERT INTO \w+ \(", text, re.IGNORECASE)
    return is_conflict or (opened is not None and ")" not in before[opened.end() :])


def _comparisons(text: str, name: str, column: str) -> int:
    """How often the owner's column of `name` is compared, if anything in `text` is compared with a parameter."""
    if not re.search(rf"\.?\b(?:organization_id|id) (?:=|IN) \(?{_PARAMETER}", text):
        return 0
    mine = rf"\b{name}\.{column}"
    left = re.findall(rf"{mine} (?:=|IN) ", text)
    return len(left) + len(re.findall(rf"= {mine}\b", text))


def is_named(functions: Sequence[str]) -> bool:
    """Whether one of these may ask of all organizations."""
    named = NOT_OF_ONE_ORGANIZATION.keys() | QUERIES_OF_ALL.keys()
    return any(function in named or function.split(".")[0] in named for function in functions)


def askers() -> list[str]:
    """The functions of the store that are being run, as "module.function", the innermost first.

    None for a statement that a test runs itself.
    """
    found: list[str] = []
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename.startswith(_STORE):
            place = "migrations" if code.co_filename.startswith(_MIGRATIONS) else Path(code.co_filename).stem
            found.append(f"{place}.{code.co_name}")
        elif not found and code.co_filename.startswith(_TESTS) and code.co_filename not in _LOOKING_ON:
            return []
        frame = frame.f_back
    return found
