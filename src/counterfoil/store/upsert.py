"""INSERT … ON CONFLICT, which SQLAlchemy spells once a dialect."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import Insert


def upsert(table: Table, key: Sequence[str], changed: Sequence[str]) -> dict[str, Insert]:
    """The statement for each dialect's name; execute it with the columns of `key` and `changed`."""
    lite = sqlite.insert(table)
    post = postgresql.insert(table)
    return {
        "sqlite": lite.on_conflict_do_update(
            index_elements=list(key), set_={name: lite.excluded[name] for name in changed}
        ),
        "postgresql": post.on_conflict_do_update(
            index_elements=list(key), set_={name: post.excluded[name] for name in changed}
        ),
    }


def insert_new(table: Table, key: Sequence[str]) -> dict[str, Insert]:
    """The statement for each dialect's name; a row whose `key` is there already is left as it is."""
    return {
        "sqlite": sqlite.insert(table).on_conflict_do_nothing(index_elements=list(key)),
        "postgresql": postgresql.insert(table).on_conflict_do_nothing(index_elements=list(key)),
    }
