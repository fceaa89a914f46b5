"""The life of an invoice on the real store: whatever is tried in whatever order, the tables of the domain decide."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from counterfoil.domain import lifecycle
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.errors import NotFound, WrongState
from counterfoil.operations import client_invoices, mailing
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices as store
from counterfoil.store import journal, paging
from counterfoil.store.rows import InvoiceRow
from tests.plugins.repeatable import is_full_size
from tests.support.houses import SteppingClock, new_company, open_house

SEND = mailing.SendRequest(send_to=["a@client.example"], email_title="Invoice")
ACTIONS: dict[str, Callable[[Work, str], Any]] = {
    "update": lambda work, i: client_invoices.update(work, i, ClientInvoiceChange(header=f"at {work.timestamp}")),
    "delete": lambda work, i: client_invoices.delete(work, i),
    "finalize": lambda work, i: client_invoices.finalize(work, i),
    "mark_as_paid": lambda work, i: client_invoices.mark_as_paid(work, i, date(2026, 3, 2)),
    "unmark_as_paid": lambda work, i: client_invoices.unmark_as_paid(work, i),
    "mark_as_canceled": lambda work, i: client_invoices.mark_as_canceled(work, i),
    "send": lambda work, i: mailing.send(work, CLIENT_INVOICE, i, SEND),
}


def test_every_action_of_the_table_is_tried_here() -> None:
    assert set(ACTIONS) == set(lifecycle.ACTIONS)


class Life(RuleBasedStateMachine):
    """Invoices in memory as (status, row when finalized), beside the same in SQLite."""

    directory: Callable[[], Path]

    @initialize()
    def open(self) -> None:
        clock = SteppingClock()
        self.house = open_house(Life.directory(), clock)
        self.company = new_company(self.house, clock=clock)
        self.status: dict[str, str] = {}
        self.closed: dict[str, InvoiceRow] = {}
        self.events: Counter[str] = Counter()
        self.fixes: list[str | None] = []

    @rule(status=st.sampled_from(["draft", "unpaid"]))
    def create(self, status: str) -> None:
        made = self.company.create(status=status)
        self.status[made.id] = status
        self.events[made.id] += 1
        if status == "unpaid":
            self.closed[made.id] = made

    @rule(action=st.sampled_from(lifecycle.ACTIONS), data=st.data())
    def act(self, action: str, data: st.DataObject) -> None:
        if not self.status:
            return
        chosen = data.draw(st.sampled_from(sorted(self.status)))
        status = self.status[chosen]
        following = lifecycle.CLIENT_INVOICE.get((status, action))
        before = self.row(chosen)
        try:
            with self.company.write() as work:
                ACTIONS[action](work, chosen)
        except NotFound:
            assert status == lifecycle.DELETED
        except WrongState as error:
            assert following is None
            self.fixes.append(error.faults[0].fix)
            assert self.row(chosen) == before, "a refused action left a trace"
        else:
            assert following is not None
            self.status[chosen] = following
            self.events[chosen] += 1
            if action == "finalize":
                self.closed[chosen] = self.row(chosen)

    @invariant()
    def each_is_as_the_table_says(self) -> None:
        for chosen, status in getattr(self, "status", {}).items():
            if status == lifecycle.DELETED:
                with pytest.raises(NotFound):
                    self.company.get(chosen)
                continue
            row = self.row(chosen)
            live = json.loads(row.live)
            assert row.status == live["status"] == status
            assert bool(live["paid_at"]) == (status == "paid")
            assert (live["amount_paid"] is not None) == (status == "paid")
            assert (row.finalized_at is None) == (status == "draft")

    @invariant()
    def every_refusal_says_how_to_mend_it(self) -> None:
        assert all(getattr(self, "fixes", []))

    @invariant()
    def issued_documents_never_change(self) -> None:
        for chosen, issued in getattr(self, "closed", {}).items():
            row = self.row(chosen)
            assert (row.frozen, row.number, row.seq) == (issued.frozen, issued.number, issued.seq)

    @invariant()
    def counts_and_events_are_kept(self) -> None:
        if not hasattr(self, "status"):
            return
        alive = Counter(status for status in self.status.values() if status != lifecycle.DELETED)
        with self.house.database.read() as conn:
            rows = paging._ROWS.run(conn, organization_id=self.company.id, kind=store.KIND)
            assert Counter({status: total for status, _, total, _ in rows if total}) == alive
            for chosen, count in self.events.items():
                assert len(journal.of_document(conn, self.company.id, chosen)) == count

    def row(self, invoice_id: str) -> InvoiceRow | None:
        with self.house.database.read() as conn:
            return store.get(conn, self.company.id, invoice_id)

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.house.close()


def test_an_invoice_lives_as_the_tables_say(tmp_path_factory: pytest.TempPathFactory) -> None:
    Life.directory = staticmethod(lambda: tmp_path_factory.mktemp("life") / "data")
    run_state_machine_as_test(
        Life, settings=settings(max_examples=150 if is_full_size() else 12, stateful_step_count=25)
    )
