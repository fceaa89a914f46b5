"""House and model do the same, whatever is drawn: see simulator/run.py. Planted bugs are found: it can fail."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from counterfoil.domain import crediting, lifecycle
from counterfoil.jobs import handlers
from counterfoil.operations import client_invoices, gate, issuing, work
from counterfoil.store import client_invoices as invoice_rows
from counterfoil.store import emails, recurring_invoices
from tests.plugins.figures import Figure, run_seed
from tests.plugins.repeatable import is_full_size
from tests.reliability.simulator.run import Found, run

SEEDS = 10_000 if is_full_size() else 120
STEPS = 30 if is_full_size() else 10
PORTION = 250
# Every run has seeds of its own when it has a seed of its own.
FIRST = 0 if run_seed() == 20261123 else run_seed() * 10_000


def portion(first: int) -> int:
    """How many steps a portion of seeds took; a difference raises Found."""
    return sum(run(seed, STEPS).step for seed in range(first, min(first + PORTION, FIRST + SEEDS)))


@pytest.mark.timeout(3600)
def test_house_and_model_do_the_same(figure: Figure) -> None:
    firsts = range(FIRST, FIRST + SEEDS, PORTION)
    if is_full_size():
        with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
            steps = sum(pool.map(portion, firsts))
    else:
        steps = sum(map(portion, firsts))
    assert steps == SEEDS * STEPS
    did = f"simulator: one seed each, {STEPS} random steps beside a model, with faults, crashes and a jumping clock"
    figure("S", did, SEEDS, "seeds", "0 differences")


Plant = Callable[[pytest.MonkeyPatch], None]


def skipped_number(planted: pytest.MonkeyPatch) -> None:
    """Each second number is left out."""
    moved = issuing._moved
    planted.setattr(issuing, "_moved", lambda n, d, c, s: moved(n, d, c, s + s % 2))


def forgotten_answer(planted: pytest.MonkeyPatch) -> None:
    """Answers are not kept under their keys, so that a repeated request has its effect twice."""
    planted.setattr(work, "_keep_answer", lambda *_: None)


def told_too_early(planted: pytest.MonkeyPatch) -> None:
    """A mail is called sent, whatever the server said."""
    outcome = emails.set_outcome

    def lying(*where: Any, status: str, **more: Any) -> None:
        outcome(*where, status="sent" if status == "queued" else status, **more)

    planted.setattr(handlers.email_rows, "set_outcome", lying)


def lost_job(planted: pytest.MonkeyPatch) -> None:
    """A job is enqueued after the commit, so that a crash loses it: here, mails of every second minute are lost."""
    later = work.Work.later

    def forgetful(self: work.Work, kind: str, *what: Any, **more: Any) -> None:
        if kind != "send_email" or self.now.microsecond % 2000:
            later(self, kind, *what, **more)

    planted.setattr(work.Work, "later", forgetful)


def double_period(planted: pytest.MonkeyPatch) -> None:
    """A period's step forward is forgotten now and then, as if it were a commit of its own."""
    store = recurring_invoices.replace

    def stuck(conn: Any, organization_id: str, before: Any, after: Any) -> bool:
        return after.invoices_count == 2 or store(conn, organization_id, before, after)

    planted.setattr(recurring_invoices, "replace", stuck)


def paid_when_canceled(planted: pytest.MonkeyPatch) -> None:
    """What is canceled can be paid."""
    following = lifecycle.next_status

    def lax(status: str, action: str) -> str:
        return "paid" if action == "mark_as_paid" and status == "canceled" else following(status, action)

    planted.setattr(client_invoices.lifecycle, "next_status", lax)


def credited_twice(planted: pytest.MonkeyPatch) -> None:
    """More can be credited than is left."""
    left = crediting.creditable
    planted.setattr(crediting, "creditable", lambda invoice, _earlier: left(invoice, []))


def one_cent(planted: pytest.MonkeyPatch) -> None:
    """The column that lists sum up is a cent off on large invoices."""
    columns = client_invoices._frozen_columns

    def off(frozen: Any) -> dict[str, Any]:
        found = columns(frozen)
        return found | {"total_amount_cents": found["total_amount_cents"] + (found["total_amount_cents"] > 1_000_000)}

    planted.setattr(client_invoices, "_frozen_columns", off)


def leaking_tenant(planted: pytest.MonkeyPatch) -> None:
    """An invoice is found whoever asks."""
    get = invoice_rows.get

    def found(conn: Any, organization_id: str, invoice_id: str) -> Any:
        own = conn.exec_driver_sql("SELECT organization_id FROM client_invoices WHERE id = ?", (invoice_id,)).fetchone()
        return get(conn, own[0] if own else organization_id, invoice_id)

    planted.setattr(client_invoices.store, "get", found)


def unsealed_entry(planted: pytest.MonkeyPatch) -> None:
    """The journal forgets a kind of act."""
    record = work.Work.record

    def forgetful(self: work.Work, kind: str, subject: str, type: str, data: Any = None) -> None:
        if type != "finalized":
            record(self, kind, subject, type, data)

    planted.setattr(work.Work, "record", forgetful)


def eternal_yes(planted: pytest.MonkeyPatch) -> None:
    """A person's yes counts for whatever became of the draft."""
    fingerprint = gate.rules.fingerprint

    def vague(*call: Any) -> str:
        return fingerprint(*call[:-1], [act._replace(version="") for act in call[-1]])

    planted.setattr(gate.rules, "fingerprint", vague)


def other_zone(planted: pytest.MonkeyPatch) -> None:
    """Days begin at midnight UTC, wherever the organization is."""
    planted.setattr(work, "day_in", lambda _zone, moment: moment.date())


# Each with a seed that is known to find it soon; when actions are drawn otherwise one day, a later one does.
PLANTS: dict[Plant, int] = {
    skipped_number: 0, forgotten_answer: 0, told_too_early: 9, lost_job: 1, double_period: 0, paid_when_canceled: 4,
    credited_twice: 4, one_cent: 0, leaking_tenant: 0, unsealed_entry: 0, eternal_yes: 25, other_zone: 6,
}  # fmt: skip


def run_all(first: int, count: int) -> None:
    for seed in range(first, first + count):
        run(seed, 60)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    with pytest.raises(Found, match=r"again: python -m tests\.reliability\.simulator --seed \d+ --steps 60"):
        run_all(PLANTS[plant], 50)


def test_the_same_seed_plays_the_same() -> None:
    assert run(7, 20).told == run(7, 20).told
