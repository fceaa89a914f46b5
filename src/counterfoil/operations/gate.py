"""Where a write waits for a person: what it asks, whether somebody said yes to exactly that, and how it is asked for.

Used by the unit of work alone, at the end of a write; what people do with approvals is in `approvals`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pydantic_core import from_json

from counterfoil import errors
from counterfoil.domain import approvals as rules
from counterfoil.domain.approvals import IrreversibleAct
from counterfoil.ports.clock import timestamp
from counterfoil.store import approvals as store
from counterfoil.store.rows import ApprovalRow

if TYPE_CHECKING:
    from counterfoil.operations.work import Work

KIND: Final = "approval"
# So many may wait at once: more is a program that has run wild, and nobody reads so long a list.
PENDING_MAX: Final = 200
PENDING_OF_ONE_MAX: Final = 100
_SUMMARY_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """A request as it is compared with another. path: with its query. body: what was sent, or stands for it."""

    method: str = ""
    path: str = ""
    body: bytes = b""

    def arguments(self) -> str:
        """The body so that two ways to write the same JSON are one; anything else by its SHA-256."""
        if not self.body.strip():
            return ""
        try:
            return json.dumps(from_json(self.body, allow_inf_nan=False), ensure_ascii=False, sort_keys=True)
        except ValueError:
            return f"sha256:{hashlib.sha256(self.body).hexdigest()}"


class Unapproved(Exception):
    """Takes a write back that waits for a yes. row: what is there already; None when it must be asked for."""

    def __init__(self, asked: ApprovalRow, row: ApprovalRow | None) -> None:
        super().__init__(asked.summary)
        self.asked = asked
        self.row = row


def settle(work: Work, question: Question) -> None:
    """Spends the approval of what `work` did, in the same transaction. Raises Unapproved when there is none."""
    acts = work.acts
    if not work.needs_approval:
        return
    arguments = question.arguments()
    asked = rules.fingerprint(work.actor.credential_id, question.method, question.path, arguments, acts)
    row = store.standing(work.conn, work.organization_id, asked, work.timestamp)
    if row is None or row.state != "approved":
        raise Unapproved(_row(work, question, arguments, asked, acts), row)
    if not store.spend(work.conn, work.organization_id, row.id, work.timestamp):
        raise RuntimeError("this approval was spent meanwhile")
    done = [{"act": act.act, "kind": act.kind, "document_id": act.document_id} for act in acts]
    work.record(KIND, row.id, "spent", {"acts": done})


def ask(work: Work, asked: ApprovalRow) -> ApprovalRow:
    """Keeps what waits for a yes, once; called after the act itself was taken back. Raises Conflict: too many wait."""
    row = store.standing(work.conn, work.organization_id, asked.fingerprint, work.timestamp)
    if row is not None:
        return row
    limits = ((asked.credential_id, PENDING_OF_ONE_MAX), (None, PENDING_MAX))
    for credential_id, most in limits:
        if store.count_pending(work.conn, work.organization_id, work.timestamp, credential_id) >= most:
            raise errors.Conflict(
                "too_many_pending_approvals", f"{most} approvals wait for a person already.",
                fix="Ask your user to decide what waits; what nobody decides is dropped after "
                f"{rules.MINUTES_TO_LIVE} minutes.",
                meta={"url": f"{work.page_base}/approvals"},
            )  # fmt: skip
    store.insert_approval(work.conn, work.organization_id, asked)
    work.record(KIND, asked.id, "requested", {"fingerprint": asked.fingerprint})
    return asked


def required(row: ApprovalRow, page_base: str) -> errors.ApprovalRequired:
    """The error that tells the caller what waits, where, and how to go on."""
    url = f"{page_base}/approvals/{row.id}"
    told = {"id": row.id, "url": url, "expires_at": row.expires_at, "summary": row.summary, "state": row.state}
    if row.state == "declined":
        return errors.ApprovalRequired(
            "approval_required", f"This was declined, and nothing was done: {row.summary}",
            fix=f"Do not repeat it unless your user asks for it; it can be asked for anew after {row.expires_at}.",
            meta={"approval": told},
        )  # fmt: skip
    return errors.ApprovalRequired(
        "approval_required", f"A person must approve this first; nothing was done yet: {row.summary}",
        fix=f"Ask your user to approve it at {url} or with: counterfoil approve {row.id} - then repeat this call "
        "unchanged.",
        meta={"approval": told},
    )  # fmt: skip


def _row(
    work: Work, question: Question, arguments: str, fingerprint: str, acts: Sequence[IrreversibleAct]
) -> ApprovalRow:
    return ApprovalRow(
        organization_id=work.organization_id,
        # Begins with a letter, for it is typed behind a command; 192 random bits.
        id=f"apr_{work.new_secret()[:32]}",
        credential_id=work.actor.credential_id,
        principal=work.actor.principal,
        fingerprint=fingerprint,
        acts=json.dumps([act._asdict() for act in acts], ensure_ascii=False, default=str),
        method=question.method,
        path=question.path,
        body=arguments,
        summary="; ".join(act.summary for act in acts)[:_SUMMARY_MAX],
        preview=work.preview(),
        state="pending",
        created_at=work.timestamp,
        expires_at=timestamp(work.now + timedelta(minutes=rules.MINUTES_TO_LIVE)),
        decided_at=None,
        decided_by="",
        spent_at=None,
    )
