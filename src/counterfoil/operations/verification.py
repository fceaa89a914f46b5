"""Whether what the database and the files hold is what the journal says was written: every difference, by name.

The chain shows whether the journal itself is whole; the state in the newest entry about each sealed row (an issued
document, a supplier invoice, a file) shows whether that row is. Somebody who rewrites rows and the whole chain behind
them is found by nothing in the database: compare the head with one that was kept elsewhere, or give `expected_hash`,
which a printed document or a backup has.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from counterfoil.domain import numbering
from counterfoil.domain.journal import GENESIS, JournalEntry, hash_of, state_of
from counterfoil.ports.blobs import FileAltered
from counterfoil.store import triggers
from counterfoil.store import verifying as store
from counterfoil.store.engine import Connection
from counterfoil.store.verifying import Chain, Seal

Subject = Literal["document", "file", "journal", "numbers", "triggers", "organization"]
Advance = Callable[[int], None]
_FILE: Final = "attachment"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written. name: a document's number, a file's name, a place in the journal."""

    organization: str
    subject: Subject
    name: str
    problem: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.organization, self.name, self.problem)))


@dataclass(frozen=True, slots=True)
class Verified:
    """An organization that was looked at. position and head: of its journal's end, to compare with a kept one.

    expected_at: where in its chain the expected hash stands, None where it does not or none was given.
    """

    organization_id: str
    slug: str
    position: int
    head: str
    rows: int
    expected_at: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What verify found. It is well when there are no findings."""

    organizations: tuple[Verified, ...]
    findings: tuple[Finding, ...]


def slugs(conn: Connection) -> list[str]:
    """The organizations that can be verified."""
    return [str(chain.slug) for chain in store.chains(conn)]


def rows_to_check(conn: Connection, organization: str | None = None) -> int:
    """How many rows verify reads, to show how far it is."""
    return sum(store.count(conn, chain.organization_id) for chain in _chains(conn, organization))


def verify(
    conn: Connection,
    read: Callable[[str], bytes],
    *,
    organization: str | None = None,
    expected_hash: str = "",
    advance: Advance = lambda _rows: None,
) -> Report:
    """Compare all that is sealed with the journal. organization: the slug of the only one to look at.

    read: gives a file's bytes by their SHA-256, as ports.blobs does. expected_hash: must be of an entry that is there.
    """
    findings: list[Finding] = [
        Finding("", "triggers", name, "this guard of the database is missing or changed")
        for name in triggers.missing(conn)
    ]
    verified = []
    with store.as_it_lies(conn):
        for chain in _chains(conn, organization):
            found = _Organization(conn, chain, read, advance)
            findings += found.findings()
            verified.append(found.verified(expected_hash))
        if organization is None:
            findings += [
                Finding("", "organization", owner, f"its row is missing, and there are rows of it in {table}")
                for table, owner in store.of_nobody(conn)
            ]
    if expected_hash and all(each.expected_at is None for each in verified):
        told = "no entry has this hash: the journal was written anew, or is that of another database"
        findings.append(Finding("", "journal", expected_hash, told))
    return Report(tuple(verified), tuple(findings))


def chain_faults(entries: Iterable[JournalEntry], head: tuple[Any, Any]) -> Iterator[tuple[str, str]]:
    """(name, problem) of each place where a chain does not hold. head: position and hash that its end must have."""
    # What the hash of the entry before may be: after a fault both the one that is there and the one that should be,
    # so that what follows is judged by itself.
    before: set[str] | None = {GENESIS}
    expected = 1
    for entry in entries:
        position: Any = entry.position
        if not isinstance(position, int) or position < expected:
            yield f"journal entry {position}", "it was put in: entries are numbered 1, 2, 3 …"
            continue
        if position > expected:
            yield _range(expected, position - 1), "missing"
            before = None
        computed = {_hash_of(entry, each) for each in before} if before is not None else {entry.hash}
        if entry.hash not in computed:
            yield f"journal entry {position}", "altered, put in or moved"
        before = {entry.hash} if entry.hash in computed else {entry.hash, *computed}
        expected = position + 1
    yield from _head_faults(expected - 1, before, *head)


def _head_faults(last: int, hashes: set[str] | None, position: Any, hash_: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(position, int):
        yield "journal head", "altered"
    elif position > last:
        yield _range(last + 1, position), "missing at the end"
    elif position < last:
        yield _range(position + 1, last), "put in behind the journal's end, or the head was altered"
    elif hashes is not None and hash_ not in hashes:
        yield "journal head", "altered: it is not the hash of the newest entry"


def gaps(sequences: Iterable[int], first: int, following: int) -> Iterator[tuple[int, int]]:
    """Runs (first, last) of what is missing of a series from `first` to before `following`."""
    expected = first
    for sequence in sorted(array("q", (each for each in sequences if first <= each < following))):
        if sequence > expected:
            yield expected, sequence - 1
        expected = max(expected, sequence + 1)
    if expected < following:
        yield expected, following - 1


class _Organization:
    """One organization's rows beside its journal."""

    def __init__(self, conn: Connection, chain: Chain, read: Callable[[str], bytes], advance: Advance) -> None:
        self._conn = conn
        self._id = chain.organization_id
        self._chain = chain
        self._read = read
        self._advance = advance
        self._rows = 0

    def verified(self, expected_hash: str) -> Verified:
        at = store.position_of(self._conn, self._id, expected_hash) if expected_hash else None
        chain = self._chain
        return Verified(self._id, str(chain.slug), chain.position, str(chain.hash), self._rows, at)

    def findings(self) -> Iterator[Finding]:
        entries = self._counted(store.entries(self._conn, self._id))
        for name, problem in chain_faults(entries, (self._chain.position, self._chain.hash)):
            yield self._found("journal", name, problem)
        for kind in store.SEALED:
            for row, seal in self._counted(store.sealed(self._conn, self._id, kind)):
                yield from self._row(kind, row, seal)
            for subject_id, data in store.lost(self._conn, self._id, kind):
                yield self._lost(kind, subject_id, data)
        yield from self._format_files()
        yield from self._numbers()

    def _row(self, kind: str, row: Mapping[str, Any], seal: Seal) -> Iterator[Finding]:
        problem = _difference(kind, row, seal)
        subject: Subject = "file" if kind == _FILE else "document"
        if problem:
            name = self._file_name(row) if kind == _FILE else self._number(kind, str(row["id"]), row)
            yield self._found(subject, name, problem)
        if kind == _FILE and seal.state:
            yield from self._file(row, _read_object(seal.data))

    def _file(self, row: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[Finding]:
        """The bytes that the journal names, and the document's formats that the file is."""
        try:
            self._read(str(said.get("sha256", "")))
        except FileNotFoundError:
            yield self._found("file", self._file_name(row), "its bytes are missing")
        except FileAltered:
            yield self._found("file", self._file_name(row), "its bytes are altered")
        formats = set(said.get("formats", ()))
        if formats and not formats <= store.formats_of(self._conn, self._id, row):
            told = f"it is no longer its document's {', '.join(sorted(formats))}"
            yield self._found("file", self._file_name(row), told)

    def _format_files(self) -> Iterator[Finding]:
        for document_kind, document_id, kind, syntax, attachment_id in store.format_files(self._conn, self._id):
            seal = store.attachment_seal(self._conn, self._id, attachment_id)
            said = _read_object(seal.data) if seal.state else {}
            is_its = (said.get("document_kind"), said.get("document_id")) == (document_kind, document_id)
            if not is_its or f"{kind}/{syntax}" not in said.get("formats", ()):
                number = self._number(document_kind, document_id, {})
                yield self._found("document", number, f"its {kind}/{syntax} file is another one than was made for it")

    def _lost(self, kind: str, subject_id: str, data: str) -> Finding:
        if kind != _FILE:
            return self._found("document", self._number(kind, subject_id, {}), "missing: its row is gone")
        said = _read_object(data)
        document_kind, document_id = str(said.get("document_kind")), str(said.get("document_id"))
        number = self._number(document_kind, document_id, {}) if said.get("document_id") else ""
        name = f"file {subject_id}" + (f" of {number}" if number else "")
        return self._found("file", name, "missing: its row is gone")

    def _numbers(self) -> Iterator[Finding]:
        for kind, year, first, following in store.counters(self._conn, self._id):
            if kind not in numbering.PREFIX or not all(isinstance(each, int) for each in (year, first, following)):
                yield self._found("numbers", f"{kind} {year}", "its counter was altered")
                continue
            parsed = (numbering.parse(kind, number) for number in store.numbers(self._conn, self._id, kind))
            taken = (found[1] for found in parsed if found and found[0] == year)
            for start, end in gaps(taken, first, following):
                name = numbering.number(kind, year, start)
                until = f" to {numbering.number(kind, year, end)}" if end > start else ""
                yield self._found("numbers", name + until, "there is no document with this number")

    def _number(self, kind: str, document_id: str, row: Mapping[str, Any]) -> str:
        """What people call a document: the number that the journal says it got, else the one that it has."""
        file_name = ""
        for data in reversed(store.said_of(self._conn, self._id, kind, document_id)):
            said = _read_object(data)
            number, attachment_id = said.get("number"), said.get("attachment_id")
            if attachment_id:
                file_name = store.file_name_of(self._conn, self._id, str(attachment_id))
            if number:
                now = row.get("number", number)
                return str(number) if now == number else f"{number} (now {now})"
        body = _read_object(str(row.get("body", "")))
        known = (row.get("number"), body.get("invoice_number"), body.get("file_name"), file_name)
        return str(next(filter(None, known), f"{kind} {document_id}"))

    def _file_name(self, row: Mapping[str, Any]) -> str:
        kind, document_id = str(row["document_kind"]), str(row["document_id"])
        number = self._number(kind, document_id, {}) if kind in store.ISSUED else ""
        return f"{row['file_name']}" + (f" of {number}" if number else "")

    def _found(self, subject: Subject, name: str, problem: str) -> Finding:
        return Finding(str(self._chain.slug), subject, name, problem)

    def _counted(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            self._rows += 1
            self._advance(1)
            yield row


def _chains(conn: Connection, organization: str | None) -> list[Chain]:
    return [chain for chain in store.chains(conn) if organization in (None, chain.slug)]


def _difference(kind: str, row: Mapping[str, Any], seal: Seal) -> str:
    """What is wrong with a row, by what the journal says of it last; "" for nothing."""
    if not seal.position:
        is_sealed = kind not in store.ISSUED or row["finalized_at"] is not None
        return "put in: the journal does not know of it" if is_sealed else ""
    if not seal.state:
        return "put in: the journal says that it was deleted"
    return "" if _state_of(row) == seal.state else "altered"


def _state_of(row: Mapping[str, Any]) -> str:
    # Bytes where a text was, or what is no Unicode: nothing that was written here.
    try:
        return state_of(row)
    except (TypeError, ValueError):
        return ""


def _hash_of(entry: JournalEntry, previous: str) -> str:
    try:
        return hash_of(entry, previous)
    except (TypeError, ValueError):
        return ""


def _read_object(text: str) -> Mapping[str, Any]:
    """A JSON object; an empty one of what is none."""
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _range(first: int, last: int) -> str:
    return f"journal entry {first}" if first == last else f"journal entries {first} to {last}"
