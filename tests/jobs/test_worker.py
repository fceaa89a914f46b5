"""Jobs in a process of their own: taken up, ended, killed, and kept from being run twice."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from counterfoil.house import House, JobsTaken
from counterfoil.jobs import runner, service
from counterfoil.jobs.at_hand import AtHand
from counterfoil.jobs.outage import Outage
from counterfoil.jobs.runner import Runner
from counterfoil.jobs.service import JobService
from counterfoil.operations import laid_aside, mailing
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.settings import Settings
from counterfoil.store import queue
from tests.jobs.conftest import Workshop
from tests.support import databases, forked
from tests.support.houses import new_company, open_house
from tests.support.postgres import Postgres
from tests.support.server import COMMAND, clean_environment, free_port

REQUEST = mailing.SendRequest(send_to=["a@client.example"], email_title="Invoice", copy_to_self=False)


@dataclass
class SlowPost:
    """A mail server that takes a letter when `may_take` is set, and not before."""

    may_take: threading.Event = field(default_factory=threading.Event)
    has_begun: threading.Event = field(default_factory=threading.Event)
    taken: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # its name
        import asyncio

        self.has_begun.set()
        while not self.may_take.is_set():
            await asyncio.sleep(0.01)
        self.taken.append(envelope.original_content or b"")
        return "250 OK"


@pytest.fixture
def post() -> Iterator[tuple[SlowPost, str]]:
    slow = SlowPost()
    port = free_port()
    controller = Controller(slow, hostname="127.0.0.1", port=port)
    controller.start()
    yield slow, f"smtp://127.0.0.1:{port}"
    slow.may_take.set()
    controller.stop()


def start_worker(data: Path, **environment: str) -> forked.Forked:
    with (data / "worker.log").open("ab") as log:
        env = clean_environment(**databases.environment_of(data), **environment)
        return forked.start([COMMAND, "worker", "--data", str(data)], env=env, stdout=log, stderr=log)


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)
    return found


def mailed_invoice(house: House) -> str:
    company = new_company(house)
    issued = company.create(status="unpaid")
    with company.write() as work:
        mailing.send(work, CLIENT_INVOICE, issued.id, REQUEST)
    return issued.id


def rows(house: House, question: str) -> list[tuple[Any, ...]]:
    with house.database.read() as conn:
        return [tuple(row) for row in conn.exec_driver_sql(question)]


@pytest.mark.sqlite  # on PostgreSQL a second worker is welcome
def test_a_worker_ends_after_the_letter_at_hand_and_at_once_when_told_twice(
    tmp_path: Path, post: tuple[SlowPost, str]
) -> None:
    slow, url = post
    house = open_house(tmp_path / "data")
    mailed_invoice(house)
    # Given a worker whose letter the mail server does not take yet
    first = start_worker(house.settings.data, COUNTERFOIL_SMTP_URL=url)
    assert slow.has_begun.wait(60)
    # Then nobody else runs jobs here, and is told what to type
    with pytest.raises(JobsTaken):
        House(Settings(data=house.settings.data), runs_jobs=True)
    command = [COMMAND, "worker", "--data", str(house.settings.data)]
    refused = forked.run(command, env=clean_environment())
    assert (refused.returncode, "counterfoil serve --no-jobs" in refused.stderr) == (1, True)
    # When it is told twice to end, it ends at once, and the letter is still to be sent
    first.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    assert first.poll() is None
    first.send_signal(signal.SIGTERM)
    assert first.wait(5) == 128 + signal.SIGTERM
    assert rows(house, "SELECT status FROM emails") == [("queued",)]
    # When another one is told once, the letter at hand is finished, once, and no crash is left to be counted
    slow.has_begun.clear()
    second = start_worker(house.settings.data, COUNTERFOIL_SMTP_URL=url)
    assert slow.has_begun.wait(60)
    assert rows(house, "SELECT crashes FROM jobs") == [(1,)]
    second.send_signal(signal.SIGINT)
    time.sleep(0.2)
    slow.may_take.set()
    assert second.wait(20) == 0
    assert rows(house, "SELECT status FROM emails") == [("sent",)]
    assert rows(house, "SELECT id FROM jobs") == []
    assert not (house.settings.data / "jobs-at-hand").exists()
    house.close()
    # The letter that was cut off was never acknowledged: what the server takes of it is another matter.
    assert len({letter.partition(b"Message-ID: ")[2][:60] for letter in slow.taken}) == 1


def test_a_job_that_takes_too_long_at_the_end_is_given_back(
    tmp_path: Path, postgresql: Postgres, monkeypatch: pytest.MonkeyPatch, workshop: Workshop
) -> None:
    monkeypatch.setattr(service, "STOP_SECONDS", 0.5)
    house = House(Settings(data=tmp_path / "other", database_url=postgresql.new_database()))
    new_company(house).create(status="unpaid")
    has_begun, may_end = threading.Event(), threading.Event()

    class Stuck:
        def render(self, *_: Any) -> bytes:
            has_begun.set()
            may_end.wait(30)
            return b"%PDF-1.7"

        def close(self) -> None: ...

    tools = replace(workshop.tools, works=house.works, blobs=house.blobs, renderer=Stuck())
    jobs = JobService(house.works, lambda: (tools, lambda: None), keep_answers=timedelta(days=1))
    jobs.start()
    assert has_begun.wait(20)
    assert rows(house, "SELECT claimed_by FROM jobs") == [(tools.leases.holder,)]
    began = time.monotonic()
    jobs.stop()
    took = time.monotonic() - began
    held = rows(house, "SELECT claimed_by, claimed_until, attempts, crashes, is_dead FROM jobs")
    may_end.set()
    house.close()
    assert took < 5
    assert held == [(None, None, 0, 0, False)]


def test_a_clock_put_forward_takes_no_job_from_another(
    tmp_path: Path, postgresql: Postgres, workshop: Workshop
) -> None:
    """Leases are told by the database's clock; and one that goes back only makes old jobs wait for it."""
    clock = workshop.clock
    house = House(Settings(data=tmp_path / "other", database_url=postgresql.new_database()), clock=clock)
    new_company(house, clock=clock).create(status="unpaid")
    tools = replace(workshop.tools, works=house.works, blobs=house.blobs)
    one, other = Runner(tools, ("render",)), Runner(replace(tools, leases=type(tools.leases)()), ("render",))
    clock.jump(timedelta(seconds=1))
    assert len(one._take(4)) == 1
    clock.jump(timedelta(days=365))
    assert other._take(4) == []
    clock.jump(timedelta(days=-730))
    tools.leases.beat(house.works)
    assert other._take(4) == []
    new_company(house, clock=clock).create(status="unpaid")
    clock.jump(timedelta(seconds=1))
    assert other.drain() == 1
    house.close()


@pytest.mark.sqlite  # where one process runs the jobs, a file says what it has at hand
def test_what_kills_its_process_is_laid_aside_after_three_times_and_can_be_tried_again(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    workshop.run("render")
    with workshop.company.write() as work:
        mailing.send(work, CLIENT_INVOICE, issued.id, REQUEST)
    (job,) = workshop.jobs()
    path = workshop.company.house.settings.data / "jobs-at-hand"
    for _ in range(runner.CRASHES):
        pid = os.fork()
        if pid == 0:  # a process that dies with the job at hand
            held = AtHand(path).holding(job.id)
            held.__enter__()
            os._exit(9)
        os.waitpid(pid, 0)
        jobs = JobService(workshop.company.house.works, lambda: (None, None), keep_answers=timedelta(days=1))  # type: ignore[arg-type, return-value]  # only takes over
        assert jobs._take_over(replace(workshop.tools, at_hand=AtHand(path)))
        assert not path.exists()
    workshop.run("send_email")
    (aside,) = workshop.jobs()
    assert (bool(aside.is_dead), aside.crashes) == (True, runner.CRASHES)
    assert "died" in aside.error
    assert workshop.email(issued.id).status == "failed"
    with workshop.company.read() as work:
        assert [row.id for row in queue.laid_aside(work.conn)] == [job.id]
    with workshop.company.write() as work:
        laid_aside.retry(work, job.id)
    workshop.run("send_email")
    assert workshop.email(issued.id).status == "sent"
    assert workshop.jobs() == []


def test_a_database_that_is_away_is_told_once_and_left_alone(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage()
    pauses = [outage.failed(OSError("gone")) for _ in range(3)]
    outage.over()
    outage.over()
    assert min(pauses) >= 0.5
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 2
    assert told[0].endswith("gone")
    assert told[1].startswith("jobs go on")


def test_commands_show_laid_aside_jobs_and_act_on_them(workshop: Workshop) -> None:
    workshop.company.create()
    workshop.renderer.failures = 1000
    for _ in range(runner.RENDER_ATTEMPTS):
        workshop.run(after=timedelta(hours=5))
    (job,) = workshop.jobs()
    data = ["--data", str(workshop.company.house.settings.data)]

    def typed(*words: str) -> tuple[int, str]:
        env = clean_environment(**databases.environment_of(workshop.company.house.settings.data))
        done = forked.run([COMMAND, "jobs", *words, *data], env=env)
        return done.returncode, done.stdout + done.stderr

    (listed,) = json.loads(typed("list", "--json")[1])["jobs"]
    assert (listed["id"], listed["kind"], listed["attempts"]) == (job.id, "render", runner.RENDER_ATTEMPTS)
    assert "out of order" in listed["error"]
    assert typed("retry", "unknown") == (
        1,
        "counterfoil: no job with this id is laid aside; see: counterfoil jobs list\n",
    )
    assert typed("retry", job.id) == (0, f"render {job.id} runs again\n")
    assert typed("list") == (0, "no job is laid aside\n")
    workshop.renderer.failures = 0
    workshop.run(after=timedelta(days=365))  # the command asked the machine's clock
    assert workshop.jobs() == []
