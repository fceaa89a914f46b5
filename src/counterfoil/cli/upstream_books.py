"""What `counterfoil mcp --upstream` keeps on this machine: approvals, and answers to what was asked before.

One SQLite file a server and key, in `upstream/` of the data directory; several processes may share it.
"""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from counterfoil import errors
from counterfoil.domain.approvals import ApprovalPolicy, IrreversibleAct
from counterfoil.mcp.upstream import UNDER_WAY, UNKNOWN, Kept
from counterfoil.mcp.upstream_acts import Asked

if TYPE_CHECKING:
    from counterfoil.operations.work import Actor, Work, Works
    from counterfoil.ports.clock import Clock

FOLDER: Final = "upstream"
_CREDENTIAL: Final = "upstream"
_KEPT: Final = timedelta(days=30)
# A process that died in the middle never says how it ended.
_UNDER_WAY_SECONDS: Final = 60


class UpstreamBooks:
    """The Ledger of one server and key. Opened when it is first needed; close it when done."""

    def __init__(self, data: Path, upstream: str, key: str, policy: ApprovalPolicy, clock: Clock) -> None:
        self._data = data.resolve()
        self._clock = clock
        self._policy = policy
        self._host = urlsplit(upstream).netloc or upstream
        self.organization_id = organization_id_of(upstream, key)

    @property
    def is_guarding(self) -> bool:
        return self._policy.when != "never"

    def needs(self, acts: Sequence[IrreversibleAct]) -> bool:
        return bool(acts) and self._policy.needs_approval(act.amount for act in acts)

    def settle(self, asked: Asked, acts: Sequence[IrreversibleAct], preview: Callable[[], str]) -> str:
        from counterfoil.domain.approvals import fingerprint
        from counterfoil.operations.gate import Question
        from counterfoil.store import approvals

        question = Question(asked.request.method, asked.request.target, asked.canonical_body.encode())
        receipt = ""
        try:
            with self._works.write(self._actor, question=question) as work:
                for act in acts:
                    work.irreversible(
                        act.act, act.kind, act.document_id, seen=(act.version,), amount=act.amount, summary=act.summary
                    )
                work.preview = preview
                if work.needs_approval:
                    arguments = question.arguments()
                    exactly = fingerprint(_CREDENTIAL, question.method, question.path, arguments, work.acts)
                    row = approvals.standing(work.conn, work.organization_id, exactly, work.timestamp)
                    receipt = row.id if row else ""
        except errors.ApprovalRequired as error:
            raise self._told(error) from None
        return receipt

    def give_back(self, receipt: str) -> None:
        from counterfoil.store import approvals

        with self._written() as work:
            approvals.give_back(work.conn, work.organization_id, receipt)
            work.record("approval", receipt, "given_back")

    def claim(self, key: str, fingerprint: str, seconds: float) -> Kept | None:
        from counterfoil.ports.clock import timestamp
        from counterfoil.store import idempotency

        with self._written() as work:
            record = idempotency.get(work.conn, work.organization_id, _short(key))
            if record and record.created_at >= timestamp(work.now - timedelta(seconds=seconds)):
                kept = Kept(record.fingerprint, record.status_code, record.body, record.created_at)
                is_left = record.created_at < timestamp(work.now - timedelta(seconds=_UNDER_WAY_SECONDS))
                return replace(kept, status=UNKNOWN) if kept.status == UNDER_WAY and is_left else kept
            self._put(work, key, fingerprint, UNDER_WAY, "")
        return None

    def keep(self, key: str, fingerprint: str, status: int, body: str) -> None:
        with self._written() as work:
            self._put(work, key, fingerprint, status, body)

    def release(self, key: str) -> None:
        from counterfoil.store import idempotency

        with self._written() as work:
            idempotency.forget(work.conn, work.organization_id, _short(key))

    def approve(self, approval_id: str) -> None:
        """Records a yes that the assistant's program had from its user. Raises BillingError."""
        from counterfoil.operations import approvals

        with self._written() as work:
            try:
                approvals.approve(work, approval_id, approvals.ELICITATION)
            except errors.NotFound:
                raise errors.Forbidden(
                    "approval_elsewhere", "This waits for an approval at the server itself, which guards it too.",
                    fix="Ask your user to approve it there, then repeat the call unchanged.",
                ) from None  # fmt: skip

    def close(self) -> None:
        """Gives the file back."""
        if "_works" in self.__dict__:
            self._works.database.dispose()

    @cached_property
    def _works(self) -> Works:
        from counterfoil.ports.clock import timestamp
        from counterfoil.store import approvals, idempotency

        works = _opened(self._data / FOLDER / f"{self.organization_id}.db", self._clock)
        with works.database.write() as conn:
            # No jobs run here that would clear what is over.
            approvals.forget_before(conn, timestamp(self._clock.now() - _KEPT))
            idempotency.forget_before(conn, timestamp(self._clock.now() - _KEPT))
        return works

    @property
    def _actor(self) -> Actor:
        from counterfoil.operations.work import Actor

        return Actor(
            self.organization_id,
            f"mcp at {self._host}"[:120],
            credential_id=_CREDENTIAL,
            policy=self._policy,
            client="mcp",
        )

    @contextmanager
    def _written(self) -> Iterator[Work]:
        with self._works.write(self._actor) as work:
            yield work

    def _put(self, work: Work, key: str, fingerprint: str, status: int, body: str) -> None:
        from counterfoil.store import idempotency

        idempotency.forget(work.conn, work.organization_id, _short(key))
        record = idempotency.Record(fingerprint, status, body)
        idempotency.put(work.conn, work.organization_id, _short(key), record, work.timestamp)

    def _told(self, error: errors.ApprovalRequired) -> errors.ApprovalRequired:
        """The same, with the one place where it is approved: there is no page for it, only this machine's terminal."""
        fault = error.faults[0]
        found = fault.meta.get("approval")
        told: dict[str, object] = dict(found) if isinstance(found, dict) else {}
        command = f"counterfoil approve {told.get('id', '')} --data {shlex.quote(str(self._data))}"
        fix = fault.fix
        if told.get("state") != "declined":
            fix = f"Ask your user to run: {command} - then repeat this call unchanged."
        meta = {"approval": told | {"url": "", "command": command}}
        return errors.ApprovalRequired(fault.code, fault.message, fix=fix, meta=meta)


def organization_id_of(upstream: str, key: str) -> str:
    """The name under which approvals for a server and key are kept; nothing of a secret can be read from it."""
    login, colon, _ = key.partition(":")
    who = login if colon else hashlib.sha256(key.encode()).hexdigest()
    return str(uuid5(NAMESPACE_URL, f"{upstream.rstrip('/').lower()}\n{who}"))


@contextmanager
def every_books(data: Path, clock: Clock) -> Iterator[list[tuple[Works, str]]]:
    """The works and organization ids of all servers that are kept under a data directory, for approving there."""
    opened: list[tuple[Works, str]] = []
    try:
        for file in sorted((data / FOLDER).glob("*.db")):
            opened.append((_opened(file, clock), file.stem))
        yield opened
    finally:
        for works, _ in opened:
            works.database.dispose()


def _opened(file: Path, clock: Clock) -> Works:
    from counterfoil.operations.work import Works
    from counterfoil.store import migrations
    from counterfoil.store.engine import open_sqlite

    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = open_sqlite(file)
    migrations.upgrade(database)
    works = Works(database, clock)
    _ensure_organization(works, file.stem)
    return works


def _ensure_organization(works: Works, organization_id: str) -> None:
    """The row that the journal's entries are chained at. Of whom it is, only the server elsewhere knows."""
    from counterfoil.ports.clock import timestamp
    from counterfoil.store import organizations
    from counterfoil.store.rows import OrganizationRow

    with works.database.write() as conn:
        if organizations.get(conn, organization_id) is None:
            now = timestamp(works.clock.now())
            row = OrganizationRow(
                id=organization_id, slug=organization_id, profile="{}", seq_last=0, created_at_last="",
                created_at=now, updated_at=now,
            )  # fmt: skip
            organizations.insert_organization(conn, organization_id, row)


def _short(key: str) -> str:
    """A key of any length as one that the table holds."""
    return hashlib.sha256(key.encode()).hexdigest()
