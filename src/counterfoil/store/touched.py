"""Which issued documents a connection wrote, so that the journal seals each as it stands at the end of the write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

_TOUCHED = "counterfoil.touched"


def watch(conn: Connection) -> None:
    """From here on, `of` names the issued documents that are written on this connection."""
    conn.info[_TOUCHED] = {}


def note(conn: Connection, kind: str, columns: Mapping[str, Any]) -> None:
    """Notes that a document was written. columns: the whole row, as it stands now."""
    if columns["finalized_at"] is not None:
        conn.info.setdefault(_TOUCHED, {})[(kind, columns["id"])] = columns


def of(conn: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The issued documents written since `watch`, by kind and id; the dictionary itself, to be put back by a trial."""
    found: dict[tuple[str, str], Mapping[str, Any]] = conn.info.setdefault(_TOUCHED, {})
    return found
