"""The unit of work: one actor, one transaction, one moment. Reads and writes are two things.

Operations are plain functions whose first argument is a Work. They never ask the clock, make an id or start a
transaction themselves, so a write is all of its effects or none, and its answer can be replayed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from counterfoil import errors
from counterfoil.domain.approvals import NEVER, Act, ApprovalPolicy, IrreversibleAct, digest
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.operations import gate
from counterfoil.operations.gate import Question
from counterfoil.ports.clock import Clock, day_in, timestamp
from counterfoil.ports.ids import secret, uuid7
from counterfoil.store import idempotency, journal, organizations, queue, touched
from counterfoil.store.engine import Connection, Database
from counterfoil.store.journal import Head, Said
from counterfoil.store.rows import OrganizationRow

# What the scheduler is woken by: something falls due today.
SCHEDULE = "schedule"
NO_QUESTION = Question()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, for which organization, with which scopes. principal: named in events, never a secret.

    credential_id: of the key or token, "" for the house itself; an approval is bound to it. policy: which of its acts
    wait for a person. member_id: the person for whom it acts, if one. client: the door that it acts through, and
    behind it the id of a program that OAuth let in: "api", "mcp 0190…", "page", "terminal", "job", "scheduler".
    """

    organization_id: str
    principal: str
    scopes: frozenset[str] = frozenset()
    credential_id: str = ""
    policy: ApprovalPolicy = NEVER
    member_id: str | None = None
    client: str = ""

    @property
    def signature(self) -> str:
        """How the journal names the actor: by ids, since names and addresses may have to be erased one day."""
        kind = self.principal.partition(":")[0]
        if kind in ("key", "token") and self.credential_id:
            return f"{kind}:{self.credential_id}"
        return f"member:{self.member_id}" if kind == "member" and self.member_id else self.principal


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A caller's key, and the SHA-256 of what it asks: the same key with another question is refused."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """How long the same question asked again has the first answer. digest: of the question, without who asks."""

    digest: str
    window: timedelta

    @property
    def key(self) -> str:
        """Where the answer is kept, beside those of callers' keys: theirs are printable, so none is this one."""
        return f"\nrepeat {self.digest}"


@dataclass(slots=True)
class Habits:
    """How works are done here. The sandbox changes it while it runs; nothing else does.

    keep_answers: how long an idempotency key stands for its answer. is_question_compared: whether another question
    under the same key is refused. delays: the least time that jobs of a kind wait.
    """

    keep_answers: timedelta = timedelta(days=30)
    is_question_compared: bool = True
    delays: Mapping[str, timedelta] = field(default_factory=dict)


@dataclass
class Work:
    """What an operation works with. now: aware, UTC, the same for the whole transaction.

    page_base: where public pages live, without a slash at the end; set for writes. einvoice_network: the name of the
    e-invoicing network that this server is connected to, "" for none. acts: what it does that cannot be taken back,
    noted only where the actor's policy may want a person's yes for it. preview: gives the answer to be shown to that
    person; set by the door. is_dry_run: all of it is taken back at the end. made: ids of documents that were made and
    issued in it, while acts are noted. request_id: of the request that it answers, "" for none. mails: what is to be
    mailed: a document's kind and id, and the request.
    """

    conn: Connection
    actor: Actor
    now: datetime
    page_base: str = ""
    einvoice_network: str = ""
    replay: idempotency.Record | None = None
    is_dry_run: bool = False
    acts: list[IrreversibleAct] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    mails: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    preview: Callable[[], str] = lambda: "{}"
    request_id: str = ""
    _said: list[Said] = field(default_factory=list)
    _organization: OrganizationRow | None = None
    _profile: OrganizationProfile | None = None
    _job_kinds: set[str] = field(default_factory=set)
    _answer: tuple[int, str] | None = None
    _delays: Mapping[str, timedelta] = field(default_factory=dict)
    _is_trial: bool = False

    @property
    def organization_id(self) -> str:
        return self.actor.organization_id

    @property
    def organization(self) -> OrganizationRow:
        """The organization's row, read once."""
        if self._organization is None:
            found = organizations.get(self.conn, self.organization_id)
            if found is None:
                raise errors.NotFound("not_found", "This organization does not exist any more.")
            self._organization = found
        return self._organization

    @property
    def profile(self) -> OrganizationProfile:
        """What the organization says of itself."""
        if self._profile is None:
            self._profile = _profile(self.organization.profile)
        return self._profile

    def forget_organization(self) -> None:
        """Call after changing the organization's row."""
        self._organization = self._profile = None

    def take_seq(self) -> tuple[int, str]:
        """The next place in the organization's order of documents, and the creation time that goes with it."""
        row = self.organization
        seq, created_at = organizations.take_seq(self.conn, row, self.timestamp)
        self._organization = replace(row, seq_last=seq, created_at_last=created_at)
        return seq, created_at

    @cached_property
    def timestamp(self) -> str:
        """`now` as the store writes it."""
        return timestamp(self.now)

    @property
    def today(self) -> date:
        """The organization's calendar day."""
        return day_in(self.profile.time_zone, self.now)

    def new_id(self) -> str:
        return uuid7(self.now)

    def new_secret(self) -> str:
        return secret()

    def later(
        self, kind: str, payload: Mapping[str, object], *, about: str | None = None, delay: timedelta = timedelta(0)
    ) -> None:
        """Enqueues external work (rendering, mail) in this transaction; its handler may run twice.

        about: the id of what it is for, when a newer job makes an older one needless.
        """
        delay = max(delay, self._delays.get(kind, delay))
        queue.enqueue(
            self.conn,
            self.organization_id,
            job_id=about or self.new_id(),
            kind=kind,
            payload=json.dumps(payload),
            run_at=timestamp(self.now + delay),
            created_at=self.timestamp,
        )
        self._job_kinds.add(kind)

    def wake(self, kind: str) -> None:
        """After the commit, wakes who does this kind of work, as `later` does: for work that is no job of its own."""
        self._job_kinds.add(kind)

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Takes back all that its block writes, so that an operation's answer is had without its effect."""
        organization, kinds = self._organization, set(self._job_kinds)
        said, written = list(self._said), dict(touched.of(self.conn))
        self._is_trial = True
        try:
            with self.conn.begin_nested() as savepoint:
                yield
                savepoint.rollback()
        finally:
            self._organization, self._job_kinds, self._said = organization, kinds, said
            touched.watch(self.conn)
            touched.of(self.conn).update(written)
            self._is_trial = False

    @property
    def day_of_issue(self) -> date | None:
        """The day on which documents are issued here: today; None in a trial, which is for a day to come."""
        return None if self._is_trial else self.today

    @property
    def is_guarded(self) -> bool:
        """Whether the actor's acts may need a person's yes: else nobody asks which of them cannot be taken back."""
        return self.actor.policy.when != "never" and not self._is_trial

    @property
    def needs_approval(self) -> bool:
        """Whether what was done so far needs a person's yes."""
        return bool(self.acts) and self.actor.policy.needs_approval(act.amount for act in self.acts)

    def irreversible(
        self, act: Act, kind: str, document_id: str, *, seen: Iterable[str], amount: Decimal | None, summary: str
    ) -> None:
        """Notes that this write does what cannot be taken back; see domain.approvals.IrreversibleAct.

        document_id: "" for what the write itself makes. seen: all that a person is shown of it, or that could be
        changed behind their back, without what moves by itself: ids and times made now, the number it would get.
        """
        if self.is_guarded:
            self.acts.append(IrreversibleAct(act, kind, document_id, digest(seen), amount, summary))

    def record(self, subject_kind: str, subject_id: str, type: str, data: Mapping[str, object] | None = None) -> None:
        """Writes down what happened to what; when, by whom and through what is added at the end of the write.

        data: no secrets, and of persons no more than their ids: what is in the journal is never erased.
        """
        self._said.append(Said(type, subject_kind, subject_id, json.dumps(data or {}, ensure_ascii=False)))

    def close_journal(self) -> None:
        """Chains what was said, and the states of the issued documents that were written: the last thing of a write."""
        if not self._said and not touched.of(self.conn):
            return
        row = self.organization
        head = journal.append(
            self.conn, self.organization_id, Head(row.journal_position, row.journal_hash), self._said,
            principal=self.actor.signature, client=self.actor.client, request_id=self.request_id,
            occurred_at=self.timestamp,
        )  # fmt: skip
        self._said.clear()
        self._organization = replace(row, journal_position=head.position, journal_hash=head.hash)

    def remember(self, status_code: int, body: str) -> None:
        """Keeps the answer under the caller's idempotency key, if there is one; it commits with the effect."""
        self._answer = (status_code, body)


@lru_cache(maxsize=256)
def _profile(text: str) -> OrganizationProfile:
    """An organization's profile, read once for each text that it ever had."""
    return OrganizationProfile.model_validate_json(text)


def _repeated(work: Work, repeat: Repeat) -> idempotency.Record | None:
    """The answer to the same question asked lately, unless what it made was deleted since."""
    record = idempotency.get(work.conn, work.organization_id, repeat.key)
    if record is None:
        return None
    is_recent = timestamp(work.now - repeat.window) <= record.created_at <= work.timestamp
    if is_recent and not journal.is_deleted(work.conn, work.organization_id, _ids_in(record.body)):
        return replace(record, is_repeat=True)
    idempotency.forget(work.conn, work.organization_id, repeat.key)
    return None


def _ids_in(body: str) -> list[str]:
    """The id of what an answer shows, bare or under its name."""
    shown = json.loads(body) if body.startswith("{") else {}
    return [str(part["id"]) for part in (shown, *shown.values()) if isinstance(part, dict) and "id" in part]


def _keep_answer(work: Work, asked: Idempotency | None, repeat: Repeat | None) -> None:
    if work.replay or work._answer is None:
        return
    status, body = work._answer
    kept = ((asked.key, asked.fingerprint) if asked else None, (repeat.key, repeat.digest) if repeat else None)
    for key, fingerprint in filter(None, kept):
        record = idempotency.Record(fingerprint, status, body)
        idempotency.put(work.conn, work.organization_id, key, record, work.timestamp)


class _TakenBack(Exception):
    """A write that was tried only."""


class Works:
    """Opens works. on_jobs: called after a commit that enqueued jobs, with their kinds.

    request_id: names the request that this thread works for, "" for none. The rest: see Work.
    """

    def __init__(self, database: Database, clock: Clock, *, page_base: str = "", einvoice_network: str = "") -> None:
        self.database = database
        self.clock = clock
        self.page_base = page_base
        self.einvoice_network = einvoice_network
        self.habits = Habits()
        self.request_id: Callable[[], str] = lambda: ""
        self.on_jobs: Callable[[frozenset[str]], None] = lambda _kinds: None

    @contextmanager
    def read(self, actor: Actor) -> Iterator[Work]:
        """A work that sees one consistent state and writes nothing."""
        with self.database.read() as conn:
            yield Work(conn, actor, self.clock.now(), einvoice_network=self.einvoice_network)

    @contextmanager
    def write(
        self,
        actor: Actor,
        *,
        idempotency_key: Idempotency | None = None,
        repeat: Repeat | None = None,
        is_dry_run: bool = False,
        question: Question = NO_QUESTION,
    ) -> Iterator[Work]:
        """A work whose block is one transaction. When `work.replay` is set, answer with it and do nothing.

        repeat: the same question asked lately counts as asked with one key. is_dry_run: everything is done and then
        rolled back, so that the answer is the true one and nothing stays. question: the request, which an approval is
        bound to. Raises Invalid (idempotency_key_reused) when the key was used with another question, and
        ApprovalRequired, with all of it taken back, when the actor's policy wants a person's yes that is not there.
        """
        try:
            with self.database.write() as conn:
                work = self._work(conn, actor)
                work.is_dry_run = is_dry_run
                if not is_dry_run:
                    self._look_back(work, idempotency_key, repeat)
                yield work
                if is_dry_run:
                    raise _TakenBack
                # Last, so that all other faults come first, and what a person is shown is the true outcome.
                gate.settle(work, question)
                work.close_journal()
                _keep_answer(work, idempotency_key, repeat)
        except _TakenBack:
            return
        except gate.Unapproved as unapproved:
            raise self._asked(actor, unapproved) from None
        if work._job_kinds:
            self.on_jobs(frozenset(work._job_kinds))

    def _work(self, conn: Connection, actor: Actor) -> Work:
        work = Work(conn, actor, self.clock.now(), self.page_base, self.einvoice_network, _delays=self.habits.delays)
        work._organization = organizations.get(conn, actor.organization_id, for_update=True)
        work.request_id = self.request_id()
        touched.watch(conn)
        return work

    def _asked(self, actor: Actor, unapproved: gate.Unapproved) -> errors.ApprovalRequired:
        """The refusal of a write that waits for a person; what it waits for is kept in a transaction of its own."""
        row = unapproved.row
        if row is None:
            with self.database.write() as conn:
                work = self._work(conn, actor)
                row = gate.ask(work, unapproved.asked)
                work.close_journal()
        return gate.required(row, self.page_base)

    def _look_back(self, work: Work, asked: Idempotency | None, repeat: Repeat | None) -> None:
        """Sets what was answered before, by the caller's own key first."""
        if asked:
            work.replay = self._earlier_answer(work, asked)
        if repeat and not work.replay:
            work.replay = _repeated(work, repeat)

    def _earlier_answer(self, work: Work, asked: Idempotency) -> idempotency.Record | None:
        record = idempotency.get(work.conn, work.organization_id, asked.key)
        if record is None:
            return None
        if record.created_at < timestamp(work.now - self.habits.keep_answers):
            # The job that clears old keys comes once an hour, and not at all where no jobs run.
            idempotency.forget(work.conn, work.organization_id, asked.key)
            return None
        if record.fingerprint != asked.fingerprint and self.habits.is_question_compared:
            raise errors.Invalid(
                "idempotency_key_reused",
                "This idempotency key was used with another request.",
                fix="Send a new key, or repeat the first request with exactly the same body.",
            )
        return record
