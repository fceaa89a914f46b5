"""Jobs that were laid aside: they failed too often, or took their process with them. A person decides what becomes."""

from __future__ import annotations

from counterfoil import errors
from counterfoil.operations.work import Work
from counterfoil.store import queue

KIND = "job"


def retry(work: Work, job_id: str) -> None:
    """Let a job that was laid aside run again, with all of its tries."""
    if not queue.revive(work.conn, work.organization_id, job_id, work.timestamp):
        raise _not_there()
    work.record(KIND, job_id, "retried")


def drop(work: Work, job_id: str) -> None:
    """Remove a job that was laid aside: what it was to do is never done."""
    if not queue.drop_aside(work.conn, work.organization_id, job_id):
        raise _not_there()
    work.record(KIND, job_id, "dropped")


def _not_there() -> errors.NotFound:
    return errors.NotFound(
        "not_found", "No job with this id is laid aside.", parameter="id", fix="List them: counterfoil jobs list."
    )
