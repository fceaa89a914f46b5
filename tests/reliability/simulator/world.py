"""The world around the house: a clock that jumps, a disk, a mail server and a renderer that fail, and crashes.

All of it is drawn from one seed and done in one thread, so that a run can be repeated to the byte. The house is the
real one, on a real SQLite file; fakes stand at its ports only, and a crash is a process that ends beside a commit.
"""

from __future__ import annotations

import errno
import hashlib
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from counterfoil.app import House
from counterfoil.errors import Unavailable
from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import Runner
from counterfoil.jobs.scheduler import Scheduler
from counterfoil.operations.work import Actor
from counterfoil.ports import ids
from counterfoil.ports.mail import MailRefused, MailUnavailable
from counterfoil.store.engine import Connection, Database
from tests.support.houses import START, SteppingClock, new_company, open_house

# In memory where there is such a folder: nothing here depends on a disk, and everything on how fast it is.
MEMORY = Path("/dev/shm")
IN_A_ROW = 4
_MESSAGE_ID = re.compile(rb"^Message-ID: <([0-9a-f-]{36})@", re.MULTILINE | re.IGNORECASE)


class Crash(BaseException):
    """The process ends here. is_after: the commit at hand was made. No `except Exception` of the house sees it."""

    def __init__(self, *, is_after: bool) -> None:
        super().__init__("crash")
        self.is_after = is_after


@dataclass
class Chances:
    """How likely each fault is, and which of them are to come. in_a_row: failures of one thing, which are bounded."""

    random: random.Random
    fault: float
    crash: float
    in_a_row: Counter[str] = field(default_factory=Counter)
    commits_left: int | None = None
    is_after_chosen: bool = False
    is_quiet: bool = False

    def fails(self, what: str) -> bool:
        """Whether a port fails now; after some failures in a row it does not, as jobs give up some day."""
        if self.is_quiet or self.random.random() >= self.fault or self.in_a_row[what] >= IN_A_ROW:
            self.in_a_row[what] = 0
            return False
        self.in_a_row[what] += 1
        return True

    def arm(self, within: int) -> None:
        """Perhaps one of the next commits is to crash."""
        self.commits_left = None
        if not self.is_quiet and self.random.random() < self.crash:
            self.commits_left = self.random.randint(1, within)

    def beside_commit(self, *, is_after: bool) -> None:
        """Raises Crash when this is the commit that was chosen, on one of its two sides."""
        if self.commits_left is None:
            return
        if not is_after:
            self.commits_left -= 1
            self.is_after_chosen = bool(self.random.getrandbits(1))
        if self.commits_left <= 0 and is_after == self.is_after_chosen:
            self.commits_left = None
            raise Crash(is_after=is_after)


class FragileDatabase:
    """The house's database, in a process that may end before or after a commit."""

    def __init__(self, inner: Database, chances: Chances) -> None:
        self._inner = inner
        self._chances = chances

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._inner.write() as conn:
            yield conn
            self._chances.beside_commit(is_after=False)
        self._chances.beside_commit(is_after=True)


@dataclass
class MailServer:
    """Takes letters, refuses some for ever, is away, and breaks the line after it took one."""

    chances: Chances
    taken: Counter[str] = field(default_factory=Counter)
    refused: set[str] = field(default_factory=set)
    unclear: Counter[str] = field(default_factory=Counter)

    def send(self, message: bytes, *, sender: str, recipients: Sequence[str]) -> str:
        found = _MESSAGE_ID.search(message)
        assert found, "a letter without a fixed Message-ID"
        email_id = found[1].decode()
        if not self.chances.fails(f"mail {email_id}"):
            self.taken[email_id] += 1
            return "250 taken"
        way = self.chances.random.randrange(6)
        if way == 0:
            self.refused.add(email_id)
            raise MailRefused("no such mailbox", refused=tuple(recipients))
        if way < 3:
            raise MailUnavailable("nobody answers")
        self.taken[email_id] += 1
        self.unclear[email_id] += 1
        raise TimeoutError("the line broke after the last byte")


@dataclass
class MemoryBlobs:
    """Files that outlive a crash, on a disk that is full at times. job: of which document they are."""

    chances: Chances
    kept: dict[str, bytes] = field(default_factory=dict)
    job: str = ""

    def put(self, data: bytes) -> str:
        key = hashlib.sha256(data).hexdigest()
        is_failing = self.chances.fails(f"render {self.job}")
        if not is_failing or self.chances.random.getrandbits(1):
            self.kept[key] = data
        if is_failing:
            raise OSError(errno.ENOSPC, "no space left on the disk")
        return key

    def get(self, key: str) -> bytes:
        if key not in self.kept:
            raise FileNotFoundError(key)
        return self.kept[key]


@dataclass
class PlainRenderer:
    """Makes a page of one line, or does not."""

    chances: Chances
    blobs: MemoryBlobs

    def render(self, document: Mapping[str, Any], *_more: Any, **_even_more: Any) -> bytes:
        self.blobs.job = document["id"]
        if self.chances.fails(f"render {document['id']}"):
            raise Unavailable("pdf_not_made", "The renderer's process ended.")
        return f"%PDF-1.7 {document['number']} {document.get('status', '')}".encode()

    def close(self) -> None: ...


class World:
    """A house with one company that is played with and one beside it, and all that is outside. Close it when done."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.folder = Path(mkdtemp(prefix="simulated-", dir=MEMORY if MEMORY.is_dir() else None))
        template, self.actor, self.other, self.client_id = _template()
        self.clock = SteppingClock(START)
        faults = random.Random(f"faults {seed}")
        calm = seed % 5 == 0
        self.chances = Chances(faults, fault=0.0 if calm else 0.3, crash=0.0 if calm else 0.12)
        self.mail = MailServer(self.chances)
        self.blobs = MemoryBlobs(self.chances)
        (self.folder / "data").mkdir()
        (self.folder / "data" / "counterfoil.db").write_bytes(template)
        self.open()

    def open(self) -> None:
        """The house as a new process finds it."""
        self.house: House = open_house(self.folder / "data", self.clock)
        self.works = self.house.works
        self.works.database = FragileDatabase(self.house.database, self.chances)
        tools = Tools(
            works=self.works, blobs=self.blobs, renderer=PlainRenderer(self.chances, self.blobs), mailer=self.mail,
            page_base="http://127.0.0.1:8642", is_public=False, is_mail_caught=True,
        )  # fmt: skip
        self.jobs = Runner(tools)
        self.scheduler = Scheduler(self.works)

    def reopen(self) -> None:
        """The process ended, and another one begins."""
        self.house.close()
        self.open()

    def close(self) -> None:
        self.house.close()
        shutil.rmtree(self.folder)


@cache
def _template() -> tuple[bytes, Actor, Actor, str]:
    """A database with two companies, made once a process."""
    folder = Path(mkdtemp(prefix="template-"))
    try:
        with ids.seeded("simulator"):
            house = open_house(folder / "data", SteppingClock(START))
            ours, other = (new_company(house) for _ in range(2))
            house.database.copy_to(folder / "copy.db")
            house.close()
        return (folder / "copy.db").read_bytes(), ours.actor, other.actor, ours.client_id
    finally:
        shutil.rmtree(folder)
