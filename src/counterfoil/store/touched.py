"""Which rows that are sealed a connection wrote, so that the journal seals each as it stands at the end of the write.

Sealed are issued documents, supplier invoices and files: what is altered of them behind the journal's back is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

_TOUCHED = "counterfoil.touched"


def watch(conn: Connection) -> None:
    """From here on, `of` names the sealed rows that are written on this connection."""
    conn.info[_TOUCHED] = {}


def note(conn: Connection, kind: str, columns: Mapping[str, Any]) -> None:
    """Notes that a row was written. kind: its subject's in the journal. columns: the whole row, as it stands now."""
    conn.info.setdefault(_TOUCHED, {})[(kind, columns["id"])] = columns


def forget(conn: Connection, kind: str, row_id: str) -> None:
    """Notes that a row is gone: it has no state any more."""
    conn.info.setdefault(_TOUCHED, {}).pop((kind, row_id), None)


def of(conn: Connection) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The sealed rows written since `watch`, by kind and id; the dictionary itself, to be put back by a trial."""
    found: dict[tuple[str, str], Mapping[str, Any]] = conn.info.setdefault(_TOUCHED, {})
    return found
