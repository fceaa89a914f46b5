"""The journal's chain: what the hash of an entry is made of, so that anybody can compute it again.

An entry's hash is SHA-256 over the UTF-8 of a JSON array without blanks: the word "counterfoil-journal-1", the hash of
the entry before it (64 zeros before the first), then the entry's own fields in the order of JournalEntry, without the
hash. One that changed an issued document also carries the document's state: SHA-256 over the whole row, so that what
stands in the database can be compared with what was written last.

A chain alone is no signature: who can rewrite all of it can make another one that fits. That is why its head also goes
where it cannot be called back: on printed documents, into backups and exports.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final, NamedTuple

GENESIS: Final = "0" * 64
_FORM: Final = "counterfoil-journal-1"
# Before a state's hash: of what it was made. Rows that get more columns get a new word, and the old one stays known.
_STATE_FORM: Final = "1"
_LONG: Final = 100  # characters
_LIST: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_OBJECT: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class JournalEntry(NamedTuple):
    """One entry as it is stored. occurred_at: UTC. data: JSON text. state: "" or as `state_of` makes it.

    principal: who acted (key:…, token:…, member:…, job:…). client: through which program or door, "" where unknown.
    request_id: of the request that did it, "" for what happens by itself.
    """

    organization_id: str
    position: int
    type: str
    subject_kind: str
    subject_id: str
    principal: str
    client: str
    request_id: str
    occurred_at: str
    data: str
    state: str
    hash: str


def hash_of(entry: JournalEntry, previous: str) -> str:
    """The hash that `entry` must have behind an entry with the hash `previous`, in hex."""
    text = _LIST.encode([_FORM, previous, *entry[:-1]])
    return hashlib.sha256(text.encode()).hexdigest()


def state_of(columns: Mapping[str, object]) -> str:
    """The state of a row, as entries carry it: of its columns as a JSON object in order of their names.

    Booleans are 0 and 1, as some databases have them. A long text stands as ["sha256", its hash]: to write it as JSON
    would take longer than all the rest.
    """
    text = _OBJECT.encode({name: _plain(value) for name, value in columns.items()})
    return f"{_STATE_FORM}:{hashlib.sha256(text.encode()).hexdigest()}"


def _plain(value: object) -> object:
    if isinstance(value, str) and len(value) > _LONG:
        return ["sha256", hashlib.sha256(value.encode()).hexdigest()]
    return int(value) if isinstance(value, bool) else value
