"""All checks in their order, for one place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from counterfoil.doctor import database as db
from counterfoil.doctor import machine, mail, public, storage
from counterfoil.doctor.checks import Check, Named, fail, made
from counterfoil.ports.clock import Clock, SystemClock
from counterfoil.ports.network import Network
from counterfoil.settings import Settings
from counterfoil.store import inspecting, organizations
from counterfoil.store.engine import Database, open_postgresql

DEEP_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """is_mail, is_public: ask the network too. is_deep: read every file."""

    is_mail: bool = False
    is_public: bool = False
    is_deep: bool = False


def look(settings: Settings, asked: Asked, clock: Clock | None = None) -> Iterator[Check]:
    """Every check's finding, as it is made."""
    now = (clock or SystemClock()).now()
    data = settings.data
    yield from made([
        Named("program", machine.program),
        Named("data directory", lambda: machine.directory(data)),
        Named("disk", lambda: machine.disk(data)),
        Named("clock", lambda: machine.clock(now)),
        Named("secret key", lambda: machine.secret_key(settings)),
        Named("server", lambda: machine.server(data, is_sqlite=not settings.database_url)),
        Named("fonts", machine.printing, seconds=45.0),
        Named("public URL", lambda: public.address(settings)),
    ])  # fmt: skip
    if asked.is_public:
        network = Network(is_private_allowed=settings.allow_private_callbacks)
        yield from made([Named("public URL reached", lambda: public.reached(settings, network))])
    yield from made([Named(storage.NAME, lambda: storage.place(settings), seconds=30.0)])
    database = _opened(settings)
    if isinstance(database, Check):
        yield database
    else:
        try:
            yield from _inside(database, settings, asked, now)
        finally:
            database.dispose()
    addresses = [] if isinstance(database, Check) else _addresses(settings)
    yield from made([
        Named("mail", lambda: mail.server(settings), seconds=3 * mail.SMTP_SECONDS),
        Named("sender", lambda: mail.domain(settings, addresses, is_asked=asked.is_mail), seconds=60.0),
        Named("backups", lambda: machine.backups(data)),
    ])  # fmt: skip


def _opened(settings: Settings) -> Database | Check:
    from counterfoil.house import DATABASE_FILE

    if settings.database_url:
        return open_postgresql(settings.database_url, pool_size=2)
    file = settings.data / DATABASE_FILE
    if not file.is_file():
        return fail("database", f"there is none in {settings.data}", f"counterfoil init --data {settings.data} …")
    return inspecting.open_as_it_is(file)


def _inside(database: Database, settings: Settings, asked: Asked, now: datetime) -> Iterator[Check]:
    from counterfoil.house import open_blobs
    from counterfoil.store.engine import POOL_SIZE
    from counterfoil.store.postgresql import POOL_SIZE as POSTGRESQL_POOL_SIZE

    pool_size = POOL_SIZE if database.is_sqlite else POSTGRESQL_POOL_SIZE
    found = list(made([Named("database", lambda: db.engine(database, pool_size=pool_size), 20.0)]))
    yield from found
    if found[0].status == "fail" and not _answers(database):
        return  # the rest would say the same, each after a wait
    schema = list(made([Named("schema", lambda: db.schema(database))]))
    yield from schema
    if schema[0].status == "fail":
        return  # what reads the tables of this version cannot read these
    deep = DEEP_SECONDS if asked.is_deep else 60.0
    rest: tuple[tuple[str, Callable[[], Check | Iterable[Check]], float], ...] = (
        ("triggers", lambda: db.guards(database), 15.0),
        ("database clock", lambda: db.clock(database, now), 15.0),
        ("organizations", lambda: db.settings(database, now), 30.0),
        ("queue", lambda: db.jobs(database, now), 15.0),
        ("numbers", lambda: db.numbers(database), 120.0),
        ("journal", lambda: db.journal(database), 60.0),
        ("files", lambda: db.files(database, open_blobs(settings), is_deep=asked.is_deep), deep),
    )
    yield from made(Named(*each) for each in rest)


def _answers(database: Database) -> bool:
    try:
        with database.read():
            return True
    except Exception:  # whichever way it does not
        return False


def _addresses(settings: Settings) -> list[str]:
    """The addresses that organizations send from; none when the database cannot say."""
    database = _opened(settings)
    if isinstance(database, Check):
        return []
    try:
        with database.read() as conn:
            profiles = [json.loads(row.profile) for row in organizations.every(conn)]
    except Exception:  # said above by the checks of the database
        return []
    finally:
        database.dispose()
    return [str(profile["email"]) for profile in profiles if profile.get("email")]
