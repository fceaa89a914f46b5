"""Secrets that must be read again, such as those that sign webhooks, sealed with a key that is not in the database.

A copy of the database alone, a dump or a backup, tells nobody the secrets in it.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from counterfoil.errors import Invalid, Unavailable

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "v1"
_HOW_TO_MAKE = "Make one with: openssl rand -base64 32"


class Sealer(Protocol):
    """Seals and opens short texts. context: what the text belongs to; elsewhere it cannot be opened."""

    def seal(self, text: str, context: str) -> str:
        """The sealed text, in ASCII. Raises Unavailable when there is no key."""
        ...

    def open(self, sealed: str, context: str) -> str:
        """The text again. Raises Unavailable when the key is not here or the seal is broken."""
        ...

    def prefix(self) -> str | None:
        """How texts begin that the present key has sealed; None when there is no key."""
        ...


@dataclass(frozen=True, slots=True)
class _Key:
    value: bytes

    @property
    def name(self) -> str:
        """Tells which key has sealed something, and nothing about the key."""
        return hashlib.sha256(b"counterfoil sealing key:" + self.value).hexdigest()[:16]


class KeySealer:
    """AES-256-GCM. setting: COUNTERFOIL_SECRET_KEY, one key or several with commas: the first seals, all of them open.

    file: holds the keys where there is no setting, one a line, made when something is first sealed; None where the data
    directory is not the place, for several servers share one database.
    """

    def __init__(self, setting: str | None, file: Path | None) -> None:
        self._keys = tuple(_read(text, "COUNTERFOIL_SECRET_KEY") for text in setting.split(",")) if setting else ()
        self._file = file

    def seal(self, text: str, context: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # at first use: it costs 6 MB

        key = self._present(is_making=True)[0]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(key.value).encrypt(nonce, text.encode(), context.encode())
        return f"{_VERSION}.{key.name}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, context: str) -> str:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, _, rest = sealed.partition(".")
        name, _, payload = rest.partition(".")
        key = next((key for key in self._present() if key.name == name), None)
        if version != _VERSION or key is None:
            raise _unavailable(
                f"A secret was sealed with the key {name or '?'}, which is not here.",
                "Put the key back: COUNTERFOIL_SECRET_KEY or secret.key must name it, behind the present one.",
            )
        try:
            raw = base64.urlsafe_b64decode(payload)
            return AESGCM(key.value).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError):
            raise _unavailable(
                "A sealed secret was altered, or belongs to something else.", "Set the secret anew."
            ) from None

    def prefix(self) -> str | None:
        keys = self._present()
        return f"{_VERSION}.{keys[0].name}." if keys else None

    def _present(self, *, is_making: bool = False) -> Sequence[_Key]:
        """The keys, the first of which seals. Raises Unavailable when there is none and one is needed."""
        if self._keys:
            return self._keys
        if self._file is not None:
            if not self._file.exists() and is_making:
                _make(self._file)
            self._keys = _from_file(self._file)
        if not self._keys and is_making:
            raise _unavailable(
                "There is no key to seal secrets with.",
                f"Set COUNTERFOIL_SECRET_KEY to 32 bytes in Base64. {_HOW_TO_MAKE}",
            )
        return self._keys


def _read(text: str, place: str) -> _Key:
    """One key in Base64, of either alphabet. Raises Invalid without showing it."""
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        value = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != KEY_BYTES:
        raise Invalid("invalid_secret_key", f"{place} holds no key of 32 bytes in Base64.", fix=_HOW_TO_MAKE)
    return _Key(value)


def _from_file(file: Path) -> tuple[_Key, ...]:
    try:
        lines = file.read_text(encoding="ascii", errors="replace").split()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unavailable(f"{file} cannot be read: {error.strerror}.", "Let the server's user read it.") from None
    if not lines:
        raise Invalid("invalid_secret_key", f"{file} is empty.", fix="Put the key back from your backup.")
    return tuple(_read(line, str(file)) for line in lines)


def _make(file: Path) -> None:
    """Writes a new key, for the owner's eyes only. When another process is quicker, its key stays."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".secret-")  # mkstemp's files are 0600
    try:
        with os.fdopen(handle, "wb") as temporary:
            temporary.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            temporary.flush()
            os.fsync(temporary.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(name, file)
        directory = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        Path(name).unlink()


def _unavailable(message: str, fix: str) -> Unavailable:
    return Unavailable("secret_key_missing", message, fix=fix)
