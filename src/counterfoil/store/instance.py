"""Secrets of this instance, made once: such as the key that signs download links."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select

from counterfoil.store.tables import instance_secrets


def get_secret(conn: Connection, name: str) -> bytes | None:
    """The secret of that name, if it was made."""
    return conn.execute(select(instance_secrets.c.value).where(instance_secrets.c.name == name)).scalar()


def make_secret(conn: Connection, name: str) -> bytes:
    """The secret of that name, made of 256 random bits if there is none."""
    found = get_secret(conn, name)
    if found is not None:
        return found
    value = secrets.token_bytes(32)
    conn.execute(insert(instance_secrets), {"name": name, "value": value})
    return value
