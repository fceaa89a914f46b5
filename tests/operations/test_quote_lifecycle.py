"""The life of quotes on the real store: in whatever order seller and client act, the table decides and answers stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from counterfoil.domain.lifecycle import DELETED
from counterfoil.domain.quote import QuoteChange
from counterfoil.domain.quote_lifecycle import ACTIONS, TABLE
from counterfoil.errors import NotFound, WrongState
from counterfoil.operations import client_invoices, mailing, quotes
from counterfoil.operations.kinds import QUOTE
from counterfoil.operations.work import Work
from counterfoil.store import counters, journal, paging
from counterfoil.store import quotes as store
from counterfoil.store.rows import QuoteRow
from tests.plugins.repeatable import is_full_size
from tests.support.houses import SteppingClock, new_company, open_house

LETTER = mailing.SendRequest(send_to=["a@client.example"], email_title="Quote")


def _accept(work: Work, quote_id: str) -> object:
    row = quotes.get(work, quote_id)
    return quotes.accept(work, row, name="Ada", has_read_terms=True, seen_hash=quotes.document_hash(row))


DOERS: dict[str, Callable[[Work, str], Any]] = {
    "update": lambda work, i: quotes.update(work, i, QuoteChange(header=f"at {work.timestamp}")),
    "delete": lambda work, i: quotes.delete(work, i),
    "send": lambda work, i: mailing.send(work, QUOTE, i, LETTER),
    "accept": _accept,
    "decline": lambda work, i: quotes.decline(work, quotes.get(work, i), "Ada", "No"),
    "convert": lambda work, i: quotes.convert(work, i, quotes.Conversion(), is_again=True),
}


def test_every_action_of_the_table_is_tried_here() -> None:
    assert set(DOERS) == set(ACTIONS)


class Life(RuleBasedStateMachine):
    """Quotes in memory as status, sent or not, their invoices and their number, beside the same in SQLite."""

    directory: Callable[[], Path]

    @initialize()
    def open(self) -> None:
        clock = SteppingClock()
        self.house = open_house(Life.directory(), clock)
        self.company = new_company(self.house, clock=clock)
        self.status: dict[str, str] = {}
        self.sent: set[str] = set()
        self.invoices: dict[str, list[str]] = {}
        self.numbers: dict[str, str] = {}
        self.answers: dict[str, QuoteRow] = {}

    @rule()
    def create(self) -> None:
        made = self.company.quote()
        self.status[made.id] = made.status
        self.invoices[made.id] = []
        self.numbers[made.id] = str(made.number)

    @rule(action=st.sampled_from(ACTIONS), data=st.data())
    def act(self, action: str, data: st.DataObject) -> None:
        if not self.status:
            return
        chosen = data.draw(st.sampled_from(sorted(self.status)))
        status, before = self.status[chosen], self.row(chosen)
        following = TABLE.get((status, action))
        if action == "delete" and (chosen in self.sent or self.invoices[chosen]):
            following = None
        try:
            with self.company.write() as work:
                done = DOERS[action](work, chosen)
        except NotFound:
            assert status == DELETED
        except WrongState:
            assert following is None
            assert self.row(chosen) == before, "a refused action left a trace"
        else:
            assert following is not None
            self.remember(chosen, action, following, done)

    def remember(self, chosen: str, action: str, following: str, done: Any) -> None:
        self.status[chosen] = following
        if action == "send":
            self.sent.add(chosen)
        elif action == "convert":
            self.invoices[chosen].append(done.row.id)
        elif action == "delete":
            del self.numbers[chosen]
        elif action in ("accept", "decline"):
            self.answers.setdefault(chosen, done)

    @rule(data=st.data())
    def delete_an_invoice(self, data: st.DataObject) -> None:
        made = [(quote, each) for quote, all_of_it in self.invoices.items() for each in all_of_it]
        if made:
            quote_id, invoice_id = data.draw(st.sampled_from(made))
            with self.company.write() as work:
                client_invoices.delete(work, invoice_id)
            self.invoices[quote_id].remove(invoice_id)

    @invariant()
    def each_is_as_the_table_says(self) -> None:
        for chosen, status in getattr(self, "status", {}).items():
            row = self.row(chosen)
            if status == DELETED:
                assert row is None
                continue
            assert row is not None
            live = json.loads(row.live)
            assert row.status == live["status"] == status
            assert (bool(live["approved_at"]), bool(live["canceled_at"])) == (
                status == "approved", status == "canceled",
            )  # fmt: skip
            assert (row.finalized_at is None) == (status == "pending_approval")
            assert live["invoice_ids"] == self.invoices[chosen]
            if status == "pending_approval":
                assert bool(row.is_sent) == live["is_sent"] == (chosen in self.sent)

    @invariant()
    def what_was_answered_never_changes(self) -> None:
        for chosen, answered in getattr(self, "answers", {}).items():
            row = self.row(chosen)
            assert row is not None
            said = ("approved_at", "canceled_at", "approved_by", "declined_by", "decline_reason", "document_hash")
            assert (row.frozen, row.finalized_at) == (answered.frozen, answered.finalized_at)
            now, then = json.loads(row.live), json.loads(answered.live)
            assert [now[name] for name in said] == [then[name] for name in said]
            assert now["document_hash"] == quotes.document_hash(row)

    @invariant()
    def numbers_have_no_gap_but_those_that_come_next(self) -> None:
        if not hasattr(self, "numbers"):
            return
        assert len(set(self.numbers.values())) == len(self.numbers)
        with self.house.database.read() as conn:
            following = counters.get(conn, self.company.id, store.KIND, 2026).next_value
        assert {f"D-2026-{n:03d}" for n in range(1, following)} <= set(self.numbers.values())

    @invariant()
    def counts_and_events_are_kept(self) -> None:
        if not hasattr(self, "status"):
            return
        alive = Counter(status for status in self.status.values() if status != DELETED)
        with self.house.database.read() as conn:
            rows = paging._ROWS.run(conn, organization_id=self.company.id, kind=store.KIND)
            assert Counter({status: total for status, _, total, _ in rows if total}) == alive
            for chosen in self.answers:
                events = [event[0] for event in journal.of_document(conn, self.company.id, chosen)]
                assert sum(event in ("accepted", "declined") for event in events) == 1

    def row(self, quote_id: str) -> QuoteRow | None:
        with self.house.database.read() as conn:
            return store.get(conn, self.company.id, quote_id)

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.close()


def test_a_quote_lives_as_the_table_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    Life.directory = staticmethod(lambda: tmp_path_factory.mktemp("life") / "data")
    run_state_machine_as_test(
        Life, settings=settings(max_examples=150 if is_full_size() else 12, stateful_step_count=25)
    )
