"""Passwords: argon2id, slow on purpose. Never call it inside a transaction.

Parameters are those that OWASP asks for at least (Password Storage Cheat Sheet: 19 MiB, two passes, one lane).
One takes some 50 ms.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from argon2 import PasswordHasher

_MEMORY_KIB: Final = 19_456
# At once, so that a crowd of wrong passwords takes neither all memory nor all threads' time.
_AT_ONCE = BoundedSemaphore(4)


def hash_of(password: str) -> str:
    """What is kept of a password: its hash, with salt and parameters."""
    with _AT_ONCE:
        return _hasher().hash(_normal(password))


def is_right(password: str, kept: str) -> bool:
    """Whether `kept` is this password's hash. Where nothing is kept it takes as long, and is wrong."""
    from argon2.exceptions import InvalidHashError, VerificationError

    with _AT_ONCE:
        try:
            _hasher().verify(kept or _of_nobody(), _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return bool(kept)


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return bool(kept) and _hasher().check_needs_rehash(kept)


def _normal(password: str) -> str:
    # The same letters typed on two keyboards may come composed or not; NIST SP 800-63B asks for one of the K forms.
    return unicodedata.normalize("NFKC", password)


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # Start-up does not wait for it.

    return PasswordHasher(time_cost=2, memory_cost=_MEMORY_KIB, parallelism=1)


@cache
def _of_nobody() -> str:
    return _hasher().hash("nobody's")
