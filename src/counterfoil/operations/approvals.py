"""Approvals: what waits for a person, and the person's answer. They are asked for and spent by the write path itself.

Nothing here is offered to a key or token: who may answer is asked by the door (a page, the terminal).
"""

from __future__ import annotations

from typing import Final

from counterfoil import errors
from counterfoil.operations.work import Work
from counterfoil.store import approvals as store
from counterfoil.store.rows import ApprovalRow

KIND: Final = "approval"
# By whom: one of these, or a member's e-mail address.
TERMINAL: Final = "terminal"
ELICITATION: Final = "elicitation"
LISTED_CLOSED: Final = 20
_REPEAT: Final = "Make the same call once more: it is asked for anew."


def pending(work: Work) -> list[ApprovalRow]:
    """List what waits for a person's yes, oldest first."""
    return store.pending(work.conn, work.organization_id, work.timestamp)


def closed(work: Work) -> list[ApprovalRow]:
    """List what was decided or ran out lately, newest first."""
    return store.closed(work.conn, work.organization_id, work.timestamp, most=LISTED_CLOSED)


def get(work: Work, approval_id: str) -> ApprovalRow:
    """Retrieve an approval, decided or not. Raises NotFound, also for another organization's."""
    row = store.get(work.conn, work.organization_id, approval_id)
    if row is None:
        raise errors.NotFound("not_found", "There is no approval with this id.", parameter="id",
                              fix="List what waits: counterfoil approvals.")  # fmt: skip
    return row


def approve(work: Work, approval_id: str, by: str) -> ApprovalRow:
    """Say yes: the same call goes through once, until the approval expires. by: the person, or the way.

    Raises NotFound, Gone (expired), WrongState (decided before, or spent), Forbidden (ELICITATION, where a person
    must answer on the page or at the terminal, or of another credential than the one that asks).
    """
    return _decided(work, approval_id, "approved", by)


def decline(work: Work, approval_id: str, by: str) -> ApprovalRow:
    """Say no: the same call is refused until the approval expires. Raises as approve does."""
    return _decided(work, approval_id, "declined", by)


def _decided(work: Work, approval_id: str, state: str, by: str) -> ApprovalRow:
    row = get(work, approval_id)
    if row.expires_at <= work.timestamp:
        raise errors.Gone("approval_expired", f"This approval expired at {row.expires_at}.", fix=_REPEAT)
    if row.state != "pending":
        raise errors.WrongState(
            "approval_already_decided", f"This approval is {row.state} already.",
            fix="Nothing is left to decide." if row.state == "approved" else _REPEAT, meta={"state": row.state},
        )  # fmt: skip
    if by == ELICITATION and (row.credential_id != work.actor.credential_id or work.actor.policy.is_person_needed):
        raise errors.Forbidden(
            "person_needed", "A person must answer this on the approval page or at the terminal.",
            fix=f"Run: counterfoil approve {row.id}",
        )  # fmt: skip
    if not store.decide(work.conn, work.organization_id, row.id, state=state, decided_at=work.timestamp, decided_by=by):
        raise RuntimeError("this approval was decided meanwhile")
    work.record(
        KIND, row.id, state, {"by": by if by in (TERMINAL, ELICITATION) else "member", "asked_by": row.credential_id}
    )
    return row._replace(state=state, decided_at=work.timestamp, decided_by=by)
