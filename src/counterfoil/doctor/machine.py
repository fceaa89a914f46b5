"""This machine: the program, the data directory, its clock, whether it can print, and who runs."""

from __future__ import annotations

import importlib
import platform
import shutil
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

from counterfoil import __version__
from counterfoil.doctor.checks import Check, fail, ok, skip, warn
from counterfoil.settings import Settings

LOW_BYTES, TOO_LOW_BYTES = 1_000_000_000, 100_000_000
# Before this program was written no clock can be right; a machine without a battery begins in 1970.
OLDEST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def program() -> Check:
    """Versions."""
    return ok("program", f"counterfoil {__version__} on Python {platform.python_version()}, {platform.system()}")


def directory(data: Path) -> Check:
    """Whether the data directory is there, and for nobody else's eyes."""
    if not data.is_dir():
        return fail("data directory", f"{data} is no directory", f"counterfoil init --data {data} …")
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        told = f"{data} is open to other users of this machine (mode {mode:o})"
        return warn("data directory", told, f"chmod 700 {data}")
    return ok("data directory", f"{data.resolve()}, for its owner alone")


def disk(data: Path, *, free_bytes: int | None = None) -> Check:
    """Whether there is room. free_bytes: instead of what the system says."""
    free = shutil.disk_usage(_there(data)).free if free_bytes is None else free_bytes
    told = f"{free / 1e9:.1f} GB are free"
    if free < TOO_LOW_BYTES:
        return fail("disk", told, "free some room, or move the data directory: writes will fail soon")
    if free < LOW_BYTES:
        return warn("disk", told, "free some room, or move the data directory")
    return ok("disk", told)


def clock(now: datetime) -> Check:
    """Whether this machine's clock can be right, and knows its zone."""
    if now < OLDEST_MOMENT:
        return fail("clock", f"this machine says it is {now:%Y-%m-%d}", "set the clock: timedatectl set-ntp true")
    try:
        zone = time.strftime("%Z", time.localtime(now.timestamp()))
    except (OverflowError, ValueError):
        zone = ""
    if not zone:
        return warn(
            "clock",
            f"{now:%Y-%m-%d %H:%M} UTC, and this machine knows no time zone",
            "timedatectl set-timezone Etc/UTC",
        )
    return ok("clock", f"{now:%Y-%m-%d %H:%M} UTC, zone {zone}; organizations keep zones of their own")


def printing() -> Check:
    """Whether the renderer's process starts, finds its fonts and makes a page."""
    from counterfoil.formats.page import Appearance
    from counterfoil.ports.render_child import sample
    from counterfoil.ports.renderer import ChildRenderer

    renderer = ChildRenderer()
    try:
        pdf = renderer.render(sample("en"), Appearance())
    finally:
        renderer.close()
    if not pdf.startswith(b"%PDF"):
        return fail("fonts", "what the renderer made is no PDF", "pip install --force-reinstall counterfoil")
    return ok("fonts", f"a page was set with every bundled font, {len(pdf):,} bytes")


def server(data: Path, *, is_sqlite: bool) -> Check:
    """Whether a server holds the directory."""
    if not is_sqlite:
        return skip("server", "on PostgreSQL servers are not told apart", "ask each of them: GET /readyz")
    if is_held(data / "server.lock"):
        return ok("server", "one runs on this directory")
    return warn(
        "server", "none runs on this directory: nothing is rendered or mailed", f"counterfoil serve --data {data}"
    )


def secret_key(settings: Settings) -> Check:
    """Whether secrets can be sealed, and the key is for its owner's eyes."""
    from counterfoil.house import KEY_FILE, sealer_of

    known = sealer_of(settings).prefix()
    file = settings.data / KEY_FILE
    if settings.secret_key is None and file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return fail("secret key", f"{file} can be read by others", f"chmod 600 {file}")
    if known:
        return ok("secret key", "there is one; keep a copy apart from the backups")
    if settings.database_url:
        return warn(
            "secret key", "there is none: webhooks are refused", "set COUNTERFOIL_SECRET_KEY: openssl rand -base64 32"
        )
    return skip("secret key", "there is none yet: it is made with the first webhook")


def backups(data: Path) -> Check:
    """What reminds of backups: this program does not know where they lie."""
    return skip(
        "backups", "where they lie is not known here", f"counterfoil backup FILE --data {data}, daily, elsewhere"
    )


def is_held(lock: Path) -> bool:
    """Whether some process holds a lock on this file. Makes no file, and holds the lock for a moment at most."""
    try:
        fcntl = importlib.import_module("fcntl")
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except (ImportError, FileNotFoundError):
        return False
    return False


def _there(path: Path) -> Path:
    """The nearest folder of a path that is there."""
    return next(each for each in (path.resolve(), *path.resolve().parents) if each.exists())
