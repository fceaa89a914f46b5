"""A house: settings to engine, ports and works, for a server and for the commands of the terminal alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from counterfoil.errors import Invalid
from counterfoil.operations.work import Works
from counterfoil.ports.blobs import Blobs, FileBlobs
from counterfoil.ports.clock import Clock, SystemClock
from counterfoil.ports.local_einvoice_network import LocalNetwork
from counterfoil.ports.network import Network
from counterfoil.ports.sealing import KeySealer
from counterfoil.rest import trace
from counterfoil.rest.limits import Limits
from counterfoil.settings import Settings
from counterfoil.store import instance, marks, migrations
from counterfoil.store.engine import Database, open_postgresql, open_sqlite
from counterfoil.store.locks import FileLock

if TYPE_CHECKING:
    from counterfoil.jobs.handlers import Tools
    from counterfoil.jobs.service import JobService
    from counterfoil.ports.mail import Mailer
    from counterfoil.ports.renderer import Renderer
    from counterfoil.rest.calls import Doors

DATABASE_FILE = "counterfoil.db"
ADDRESS_FILE = "server.url"
KEY_FILE = "secret.key"
OUTBOX = "outbox"


class AlreadyServed(Exception):
    """Another server holds this data directory."""


class JobsTaken(AlreadyServed):
    """Another process runs the jobs of this data directory."""


class House:
    """Everything of one running Counterfoil. Close it when done.

    is_server: takes the directory's server lock, of which there is one. runs_jobs: renders and mails in this process,
    of which there is one too, where the database is a file. Raises AlreadyServed and JobsTaken.
    is_sandbox: of a server: whether the directory must be a sandbox's or must not. Raises WrongDirectory.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        is_server: bool = False,
        runs_jobs: bool = False,
        is_sandbox: bool = False,
    ) -> None:
        self.settings = settings
        if is_sandbox:
            marks.claim(settings.data, DATABASE_FILE)
        elif is_server:
            marks.refuse(settings.data, DATABASE_FILE)
        self._server_lock = FileLock(settings.data / "server.lock")
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if is_server and not settings.database_url and not self._server_lock.try_for_life():
            raise AlreadyServed(str(settings.data))
        self._jobs_lock = FileLock(settings.data / "jobs.lock")
        if runs_jobs and not settings.database_url and not self._jobs_lock.try_for_life():
            raise JobsTaken(str(settings.data))
        # Set once it is told to end: it takes no new callers then.
        self.is_stopping = False
        if is_server:
            # For other processes on the directory, such as mcp: links that they write lead to this server.
            (settings.data / ADDRESS_FILE).write_text(settings.base_url, encoding="utf-8")
        if is_sandbox:
            from counterfoil.sandbox import wipe

            wipe(settings.data, DATABASE_FILE)  # after the lock: nobody else is served from here
        self.database = open_database(settings)
        migrations.upgrade(self.database)
        if is_sandbox:
            with self.database.write() as conn:
                marks.mark(conn)
        self.clock = clock or SystemClock()
        self.einvoice_network = einvoice_network_of(settings, self.clock)
        connected = self.einvoice_network.name if self.einvoice_network else ""
        self.works = Works(self.database, self.clock, page_base=settings.base_url, einvoice_network=connected)
        self.works.habits.keep_answers = timedelta(days=settings.idempotency_days)
        self.works.request_id = trace.request_id
        self.limits = Limits(settings.rate_limits)
        self.blobs = open_blobs(settings, is_server=is_server)
        self.network = Network(is_private_allowed=settings.allow_private_callbacks)
        self.sealer = sealer_of(settings)
        self._jobs = self.new_job_service() if runs_jobs else None

    @cached_property
    def doors(self) -> Doors:
        """What routes work with. The web framework comes with it, which the commands of the terminal do without."""
        from counterfoil.rest.calls import Doors

        return Doors(
            works=self.works, settings=self.settings, blobs=self.blobs, signing_key=_signing_key(self.database),
            network=self.network, sealer=self.sealer,
        )  # fmt: skip

    def new_job_service(self) -> JobService:
        """Job runners for this house, not started. Raises Invalid when the mail setting cannot be read."""
        from counterfoil.jobs.service import JobService
        from counterfoil.ports.mail import mailer

        # A mail setting that cannot be read is told at the start, not by the first letter.
        mail = mailer(self.settings.smtp_url, self.settings.data / "mail")
        return JobService(
            self.works,
            lambda: tools_of(self, mail),
            keep_answers=timedelta(days=self.settings.idempotency_days),
        )

    def start_jobs(self) -> None:
        """Begins to render and mail, if this house does."""
        if self._jobs:
            self._jobs.start()

    def begin_stop(self) -> None:
        """Takes up no more jobs; those at hand go on until `close` gives them back. Waits for nothing."""
        self.is_stopping = True
        if self._jobs:
            self._jobs.end()

    @property
    def is_sandbox(self) -> bool:
        """Whether what is here is sample data."""
        return marks.is_sandbox(self.settings.data, DATABASE_FILE)

    def catch_up(self) -> None:
        """Makes what falls due by itself, and lets the jobs look at once for what is due: the clock was set."""
        if self._jobs:
            self._jobs.tick_now()
            self._jobs.hurry()

    def pass_time(self, put_clock: Callable[[datetime], None], until: datetime) -> None:
        """Puts the clock to `until` as if time had passed: what falls due before it is made on its own day."""
        if self._jobs:
            self._jobs.play(put_clock, until)
            self._jobs.hurry()
        else:
            put_clock(until)

    def jobs_done(self) -> Counter[str]:
        """How many jobs this process did so far, by kind."""
        return self._jobs.done() if self._jobs else Counter()

    def job_outcomes(self) -> Counter[tuple[str, str]]:
        """How many tries of this process ended how so far, by kind and outcome: done, failed or laid_aside."""
        return self._jobs.outcomes() if self._jobs else Counter()

    def jobs_held_back(self) -> AbstractContextManager[None]:
        """No job runs in this process while it is entered."""
        return self._jobs.held_back() if self._jobs else nullcontext()

    def close(self) -> None:
        """Ends the jobs at hand, within a bound, and gives the directory back."""
        if self._jobs:
            self._jobs.stop()
        self.database.dispose()
        self._jobs_lock.release()
        self._server_lock.release()


def tools_of(house: House, mail: Mailer, renderer: Renderer | None = None) -> tuple[Tools, Callable[[], None]]:
    """What job handlers work with, and how to close it. renderer: one of its own without it."""
    from counterfoil.jobs.at_hand import AtHand
    from counterfoil.jobs.handlers import Tools
    from counterfoil.ports.callbacks import HttpCallbacks
    from counterfoil.ports.renderer import ChildRenderer

    settings = house.settings
    renderer = renderer or ChildRenderer()
    tools = Tools(
        works=house.works,
        blobs=house.blobs,
        renderer=renderer,
        mailer=mail,
        page_base=settings.base_url,
        is_public=not is_loopback(settings.base_url),
        mail_from=settings.mail_from,
        is_mail_caught=settings.smtp_url is None,
        callbacks=HttpCallbacks(house.network),
        sealer=house.sealer,
        einvoice_network=house.einvoice_network,
        at_hand=AtHand(settings.data / "jobs-at-hand" if house.database.is_sqlite else None),
    )
    return tools, renderer.close


def einvoice_network_of(settings: Settings, clock: Clock) -> LocalNetwork | None:
    """The e-invoicing network that is connected; None for none."""
    return LocalNetwork(settings.data / OUTBOX, clock) if settings.einvoice_network == "local" else None


def sealer_of(settings: Settings) -> KeySealer:
    """What seals secrets. Raises Invalid when the key in the settings is none."""
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    # Several servers may share one PostgreSQL: a key that lies with one of them would not open what others sealed.
    return KeySealer(key, None if settings.database_url else settings.data / KEY_FILE)


def is_loopback(url: str) -> bool:
    """Whether `url` points at this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False


def open_database(settings: Settings) -> Database:
    """The database that the settings name, as it is: House brings its schema up to date, migrate mends it."""
    if settings.database_url:
        return open_postgresql(settings.database_url, pool_size=settings.database_pool)
    return open_sqlite(settings.data / DATABASE_FILE)


def _signing_key(database: Database) -> bytes:
    """What signs links to files; made once."""
    with database.read() as conn:
        key = instance.get_secret(conn, "download_links")
    if key is None:
        with database.write() as conn:
            key = instance.make_secret(conn, "download_links")
    return key


def open_blobs(settings: Settings, *, is_server: bool = False) -> Blobs:
    """Where files are kept; for a server, found to be there. Raises Invalid when the setting is no use."""
    url = settings.blobs_url
    if url is None:
        return FileBlobs(settings.data / "files")
    parts = urlsplit(url)
    if parts.scheme == "s3":
        from counterfoil.ports.s3_blobs import S3Blobs, place_of

        blobs = S3Blobs(place_of(url))
        if is_server:
            blobs.check()
        return blobs
    if parts.scheme != "file" or not parts.path:
        raise Invalid(
            "invalid_setting", "COUNTERFOIL_BLOBS_URL cannot be used: it begins with neither file:/// nor s3://.",
            field="COUNTERFOIL_BLOBS_URL", fix="Write file:///folder or s3://bucket/prefix; without it, files lie in "
            "the data directory.",
        )  # fmt: skip
    return FileBlobs(Path(unquote(parts.path)))
