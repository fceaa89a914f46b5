"""Ids and secrets, as a port."""

from __future__ import annotations

import base64
import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count

_draw: Callable[[int], bytes] = os.urandom


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Inside the block, ids and secrets come from `seed`, so that every run makes the same ones.

    For the sandbox's sample data alone, whose secrets guard nothing, and while nothing else runs in this process.
    """
    global _draw
    turns = count()

    def repeatable(size: int) -> bytes:
        return hashlib.shake_256(f"{seed} {next(turns)}".encode()).digest(size)

    _draw = repeatable
    try:
        yield
    finally:
        _draw = os.urandom


def uuid7(moment: datetime) -> str:
    """A UUIDv7 (RFC 9562) for `moment` (aware): 48 bits of Unix milliseconds, then random."""
    milliseconds = int(moment.timestamp() * 1000)
    raw = bytearray(milliseconds.to_bytes(6, "big") + _draw(10))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    text = raw.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def named_uuid(space: str, name: str) -> str:
    """The UUID (version 5) that stands for `name` within `space`, itself a UUID: always the same one."""
    return str(uuid.uuid5(uuid.UUID(space), name))


def secret() -> str:
    """256 random bits as 43 characters safe in a URL."""
    return base64.urlsafe_b64encode(_draw(32)).rstrip(b"=").decode()


def secret_hash(value: str) -> str:
    """SHA-256 in hex. Secrets here are random and long, so a slow hash would add nothing."""
    return hashlib.sha256(value.encode()).hexdigest()
