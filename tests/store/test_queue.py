from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from counterfoil.app import House
from counterfoil.store import queue
from counterfoil.store.rows import JobRow

KINDS = ("render",)
NINE, TEN, ELEVEN, NOON = (f"2026-03-02T{hour}:00:00.000Z" for hour in ("09", "10", "11", "12"))


@pytest.fixture
def conn(house: House) -> Any:
    with house.database.write() as opened:
        yield opened


def enqueue(conn: Connection, name: str, *, kind: str = "render", run_at: str = NINE, payload: str = "{}") -> None:
    queue.enqueue(conn, "org", job_id=name, kind=kind, payload=payload, run_at=run_at, created_at=NINE)


def claim(conn: Connection, now: str, until: str = NOON, *, limit: int = 10) -> list[JobRow]:
    return queue.claim(conn, now, until, kinds=KINDS, limit=limit)


def test_due_jobs_are_handed_out_oldest_first(conn: Connection) -> None:
    enqueue(conn, "later", run_at=TEN)
    enqueue(conn, "sooner", run_at=NINE)
    enqueue(conn, "not yet", run_at=NOON)
    enqueue(conn, "other kind", kind="send_email")
    assert [job.id for job in claim(conn, ELEVEN)] == ["sooner", "later"]


def test_no_more_than_asked_for_are_claimed(conn: Connection) -> None:
    for n in range(5):
        enqueue(conn, f"job {n}")
    assert len(claim(conn, TEN, limit=2)) == 2
    assert len(claim(conn, TEN, limit=10)) == 3


def test_a_claimed_job_is_nobody_elses_until_its_lease_ends(conn: Connection) -> None:
    enqueue(conn, "job")
    assert len(claim(conn, NINE, ELEVEN)) == 1
    assert claim(conn, TEN) == []
    assert queue.next_due(conn, TEN, KINDS) is None
    again = claim(conn, NOON)
    assert [job.id for job in again] == ["job"]


def test_a_lease_that_ran_out_counts_as_a_try(conn: Connection) -> None:
    enqueue(conn, "job")
    first = claim(conn, NINE, TEN)
    second = claim(conn, ELEVEN)
    assert (first[0].attempts, second[0].attempts) == (0, 1)


def test_a_done_job_is_gone(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.done(conn, job)
    assert queue.waiting(conn) == 0


def test_a_retried_job_waits_for_its_time_and_says_why(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.retry(conn, job, run_at=ELEVEN, attempts=1, error="the server is away", is_dead=False)
    assert claim(conn, TEN) == []
    assert queue.next_due(conn, TEN, KINDS) == ELEVEN
    (again,) = claim(conn, ELEVEN)
    assert (again.attempts, again.error) == (1, "the server is away")


def test_a_dead_job_is_kept_but_never_run(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.retry(conn, job, run_at=NINE, attempts=8, error="no use", is_dead=True)
    assert claim(conn, NOON) == []
    assert queue.waiting(conn) == 0


def test_a_newer_job_about_the_same_takes_the_place_of_the_older(conn: Connection) -> None:
    enqueue(conn, "invoice", payload='{"version":1}')
    enqueue(conn, "invoice", payload='{"version":2}', run_at=TEN)
    assert [(job.payload, job.run_at) for job in claim(conn, NOON)] == [('{"version":2}', TEN)]


def test_the_end_of_an_older_job_does_not_end_the_newer(conn: Connection) -> None:
    enqueue(conn, "invoice", payload='{"version":1}')
    (older,) = claim(conn, NINE)
    enqueue(conn, "invoice", payload='{"version":2}')
    queue.done(conn, older)
    queue.retry(conn, older, run_at=NOON, attempts=3, error="too late", is_dead=True)
    (newer,) = claim(conn, TEN)
    assert (newer.payload, newer.attempts, newer.error) == ('{"version":2}', 0, "")


def test_claims_of_a_dead_process_come_back_at_start(conn: Connection) -> None:
    enqueue(conn, "job")
    claim(conn, NINE, NOON)
    queue.release_claims(conn)
    assert len(claim(conn, NINE)) == 1
