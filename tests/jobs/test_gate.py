"""Jobs held back for a moment."""

from __future__ import annotations

import threading
import time

from counterfoil.jobs.gate import Gate
from tests.jobs.conftest import Workshop


def test_who_closes_it_waits_for_those_inside_and_nobody_enters() -> None:
    gate, order = Gate(), list[str]()
    is_inside, may_leave = threading.Event(), threading.Event()

    def job(name: str) -> None:
        with gate.passed():
            is_inside.set()
            may_leave.wait(5)
            order.append(name)

    first = threading.Thread(target=job, args=("first",))
    first.start()
    is_inside.wait(5)
    threading.Timer(0.05, may_leave.set).start()
    with gate.closed():
        order.append("closed")
        second = threading.Thread(target=job, args=("second",))
        second.start()
        time.sleep(0.05)
        order.append("opened")
    for thread in (first, second):
        thread.join(5)
    assert order == ["first", "closed", "opened", "second"]


def test_jobs_pass_it_and_are_counted(workshop: Workshop) -> None:
    workshop.company.create(status="unpaid")
    waiting = threading.Thread(target=workshop.run)
    with workshop.tools.gate.closed():
        waiting.start()
        time.sleep(0.1)
        assert workshop.renderer.made == []
    waiting.join(10)
    assert len(workshop.renderer.made) == 1
    assert workshop.tools.gate.done() == {"render": 1}


def test_a_job_that_failed_does_not_count(workshop: Workshop) -> None:
    workshop.renderer.failures = 1
    workshop.company.create(status="unpaid")
    workshop.run()
    assert workshop.tools.gate.done() == {}
