"""What is kept under an idempotency key, for whom, and for how long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counterfoil.errors import Invalid
from counterfoil.operations import client_invoices
from counterfoil.operations.work import Idempotency
from tests.support.houses import Company, SteppingClock, new_company

FIRST, OTHER = Idempotency("key", "a" * 64), Idempotency("key", "b" * 64)


def create(company: Company, asked: Idempotency) -> str:
    """The answer to a create call under this key: the invoice's id."""
    with company.house.works.write(company.actor, idempotency_key=asked) as work:
        if work.replay:
            return work.replay.body
        body = client_invoices.create(work, company.new_invoice()).row.id
        work.remember(200, body)
        return body


def test_an_answer_is_kept_thirty_days_to_the_hour(company: Company, clock: SteppingClock) -> None:
    first = create(company, FIRST)
    clock.jump(timedelta(days=30, hours=-1))
    assert create(company, FIRST) == first
    # when thirty days are over, then the key is as good as new, also for another question
    clock.jump(timedelta(hours=1))
    second = create(company, OTHER)
    assert second != first
    assert create(company, OTHER) == second


def test_a_key_that_failed_stands_for_nothing(company: Company) -> None:
    def fail() -> None:
        with company.house.works.write(company.actor, idempotency_key=FIRST) as work:
            client_invoices.create(work, company.new_invoice())
            work.remember(200, "never")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert create(company, OTHER) != "never"


def test_another_question_is_refused_and_the_first_answer_stays(company: Company) -> None:
    first = create(company, FIRST)
    with pytest.raises(Invalid, match="another request"):
        create(company, OTHER)
    assert create(company, FIRST) == first


def test_organizations_have_keys_of_their_own(company: Company, clock: SteppingClock) -> None:
    neighbour = new_company(company.house, clock=clock, legal_name="Voisin SARL")
    assert create(company, FIRST) != create(neighbour, OTHER)


def test_where_questions_are_not_compared_the_first_answer_stands_for_all(company: Company) -> None:
    first = create(company, FIRST)
    company.house.works.habits.is_question_compared = False
    assert create(company, OTHER) == first


def test_jobs_of_a_kind_can_be_made_to_wait(company: Company) -> None:
    company.house.works.habits.delays = {"render": timedelta(seconds=10)}
    row = company.create(status="unpaid")
    with company.house.database.read() as conn:
        (run_at,) = conn.exec_driver_sql("SELECT run_at FROM jobs WHERE kind = 'render'").fetchone() or ("",)
    assert run_at > row.created_at
    assert run_at[:19] >= (company.house.clock.now() + timedelta(seconds=8)).isoformat()[:19]
