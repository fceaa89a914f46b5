"""The schema whole: `metadata` with the tables of every module that has some."""

from __future__ import annotations

from counterfoil.store import access_tables, einvoicing_tables, journal_tables  # noqa: F401  # they add theirs to it
from counterfoil.store.tables import metadata

__all__ = ["metadata"]
