"""Secrets of this instance, made once: such as the key that signs download links."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, select

from counterfoil.store.tables import instance_secrets
from counterfoil.store.upsert import insert_new

_ADD = insert_new(instance_secrets, ("name",))


def get_secret(conn: Connection, name: str) -> bytes | None:
    """The secret of that name, if it was made."""
    return conn.execute(select(instance_secrets.c.value).where(instance_secrets.c.name == name)).scalar()


def make_secret(conn: Connection, name: str) -> bytes:
    """The secret of that name, made of 256 random bits if there is none."""
    found = get_secret(conn, name)
    if found is not None:
        return found
    # Another server that starts at the same moment may be quicker: then its secret is the one.
    conn.execute(_ADD[conn.dialect.name], {"name": name, "value": secrets.token_bytes(32)})
    kept: bytes = conn.execute(select(instance_secrets.c.value).where(instance_secrets.c.name == name)).scalar_one()
    return kept
