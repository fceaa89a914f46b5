from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import Connection, update

from counterfoil.store import queue
from counterfoil.store.engine import Database, open_postgresql
from counterfoil.store.rows import JobRow
from counterfoil.store.tables import jobs
from tests.support.postgres import Postgres

KINDS = ("render",)
NINE, TEN, ELEVEN, NOON = (f"2026-03-02T{hour}:00:00.000Z" for hour in ("09", "10", "11", "12"))


@pytest.fixture(scope="module")
def on_postgresql(postgresql: Postgres) -> Iterator[Database]:
    opened = open_postgresql(postgresql.new_database())
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """The same tests on both engines."""
    if request.param == "sqlite":
        return request.getfixturevalue("house").database
    return request.getfixturevalue("on_postgresql")


@pytest.fixture
def conn(database: Database) -> Iterator[Connection]:
    """A write that is taken back at the end."""
    with suppress(_TakenBack), database.write() as opened:
        yield opened
        raise _TakenBack


class _TakenBack(Exception):
    pass


def enqueue(conn: Connection, name: str, *, kind: str = "render", run_at: str = NINE, payload: str = "{}") -> None:
    queue.enqueue(conn, "org", job_id=name, kind=kind, payload=payload, run_at=run_at, created_at=NINE)


def claim(conn: Connection, now: str, *, by: str = "me", hours: int = 3, limit: int = 10) -> list[JobRow]:
    return queue.claim(conn, now, holder=by, hold=timedelta(hours=hours), kinds=KINDS, limit=limit)


def lose(conn: Connection, *names: str) -> None:
    """The leases run out, as those of a killed process do."""
    conn.execute(update(jobs).where(jobs.c.id.in_(names)).values(claimed_until="2026-01-01T00:00:00.000Z"))


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
    assert len(claim(conn, NINE)) == 1
    assert claim(conn, TEN, by="another") == []
    assert queue.next_due(conn, TEN, KINDS) is None
    lose(conn, "job")
    assert queue.next_due(conn, TEN, KINDS) == NINE
    again = claim(conn, TEN, by="another")
    assert [job.id for job in again] == ["job"]


def test_a_lease_that_is_renewed_does_not_end(conn: Connection) -> None:
    enqueue(conn, "job")
    claim(conn, NINE)
    lose(conn, "job")
    queue.renew(conn, TEN, holder="me", ids=["job"], hold=timedelta(hours=1))
    assert claim(conn, TEN, by="another") == []


def test_a_lease_that_was_lost_is_neither_renewed_nor_given_back_by_its_first_holder(conn: Connection) -> None:
    enqueue(conn, "job")
    claim(conn, NINE)
    lose(conn, "job")
    claim(conn, NINE, by="another")
    queue.release(conn, holder="me", ids=["job"])
    lose(conn, "job")
    queue.renew(conn, TEN, holder="me", ids=["job"], hold=timedelta(hours=1))
    assert [job.id for job in claim(conn, TEN, by="a third")] == ["job"]


def test_a_lease_that_ran_out_counts_as_a_try_and_as_a_crash(conn: Connection) -> None:
    enqueue(conn, "job")
    (first,) = claim(conn, NINE)
    lose(conn, "job")
    (second,) = claim(conn, NINE)
    queue.release(conn, holder="me", ids=["job"])
    (third,) = claim(conn, NINE)
    assert [(row.attempts, row.crashes) for row in (first, second, third)] == [(0, 0), (1, 1), (1, 1)]


def test_what_a_process_may_have_died_of_comes_alone(conn: Connection) -> None:
    for name in ("a", "b", "c"):
        enqueue(conn, name)
    assert len(claim(conn, NINE)) == 3
    enqueue(conn, "d", run_at=TEN)
    lose(conn, "a", "b", "c")
    assert [[job.id for job in claim(conn, NOON)] for _ in range(5)] == [["a"], ["b"], ["c"], ["d"], []]


def test_others_do_not_wait_behind_a_suspect_that_is_at_work(conn: Connection) -> None:
    enqueue(conn, "suspect")
    claim(conn, NINE)
    lose(conn, "suspect")
    claim(conn, NINE)
    enqueue(conn, "other")
    assert [job.id for job in claim(conn, NINE)] == ["other"]


def test_a_job_enqueued_again_while_it_runs_runs_again_and_not_beside_itself(conn: Connection) -> None:
    enqueue(conn, "subscription")
    claim(conn, NINE)
    enqueue(conn, "subscription", payload='{"newer":true}')
    assert claim(conn, TEN, by="another") == []
    queue.release(conn, holder="me", ids=["subscription"])
    assert [job.payload for job in claim(conn, TEN, by="another")] == ['{"newer":true}']


def test_a_job_given_back_is_not_run_before_its_time(conn: Connection) -> None:
    enqueue(conn, "job")
    claim(conn, NINE)
    queue.release(conn, holder="me", ids=["job"], run_at=TEN)
    assert claim(conn, NINE) == []
    assert [job.attempts for job in claim(conn, TEN)] == [0]


def test_what_is_laid_aside_is_listed_revived_and_dropped(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.retry(conn, job, run_at=NINE, attempts=8, error="no use", is_dead=True)
    queue.release(conn, holder="me", ids=["job"])
    assert [(row.id, row.attempts, row.error) for row in queue.laid_aside(conn)] == [("job", 8, "no use")]
    assert not queue.revive(conn, "another", "job", TEN)
    assert not queue.drop_aside(conn, "another", "job")
    assert queue.revive(conn, "org", "job", TEN)
    (again,) = claim(conn, TEN)
    assert (again.attempts, again.crashes, again.error) == (0, 0, "")
    assert not queue.drop_aside(conn, "org", "job"), "it is alive"
    queue.retry(conn, again, run_at=NINE, attempts=8, error="no use", is_dead=True)
    assert queue.drop_aside(conn, "org", "job")
    assert queue.laid_aside(conn) == []


def test_two_who_claim_at_once_share_the_jobs(on_postgresql: Database) -> None:
    """Neither waits for the other, and none is handed out twice."""
    with on_postgresql.write() as setting_up:
        for n in range(4):
            enqueue(setting_up, f"shared {n}")
    try:
        with on_postgresql.write() as one, on_postgresql.write() as other:
            taken = [job.id for job in claim(one, NINE, by="one", limit=3)]
            left = [job.id for job in claim(other, NINE, by="other", limit=3)]
        assert (len(taken), len(left)) == (3, 1)
        assert set(taken).isdisjoint(left)
    finally:
        with on_postgresql.write() as tidying:
            queue.drop(tidying, "render")


def test_a_done_job_is_gone(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.done(conn, job)
    assert queue.waiting(conn) == 0


def test_a_retried_job_waits_for_its_time_and_says_why(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.retry(conn, job, run_at=ELEVEN, attempts=1, error="the server is away", is_dead=False)
    queue.release(conn, holder="me", ids=["job"])
    assert claim(conn, TEN) == []
    assert queue.next_due(conn, TEN, KINDS) == ELEVEN
    (again,) = claim(conn, ELEVEN)
    assert (again.attempts, again.error) == (1, "the server is away")


def test_a_dead_job_is_kept_but_never_run(conn: Connection) -> None:
    enqueue(conn, "job")
    (job,) = claim(conn, NINE)
    queue.retry(conn, job, run_at=NINE, attempts=8, error="no use", is_dead=True)
    queue.release(conn, holder="me", ids=["job"])
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
    queue.release(conn, holder="me", ids=["invoice"])
    (newer,) = claim(conn, TEN)
    assert (newer.payload, newer.attempts, newer.error) == ('{"version":2}', 0, "")


def test_claims_of_a_dead_process_come_back_at_start(conn: Connection) -> None:
    enqueue(conn, "job")
    claim(conn, NINE)
    queue.release_claims(conn)
    assert len(claim(conn, NINE)) == 1
