"""The lifecycle's table against the states and actions that the API documents."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from counterfoil.domain import lifecycle
from counterfoil.errors import WrongState

# status: action -> the next status, or the code of the refusal. Written by hand from the API's description.
EXPECTED = {
    "draft": {
        "update": "draft",
        "delete": "deleted",
        "finalize": "unpaid",
        "mark_as_paid": "!invoice_not_finalized",
        "unmark_as_paid": "!invoice_not_paid",
        "mark_as_canceled": "!invoice_not_finalized",
        "send": "!invoice_not_finalized",
    },
    "unpaid": {
        "update": "!invoice_not_in_draft_status",
        "delete": "!invoice_not_in_draft_status",
        "finalize": "!invoice_already_finalized",
        "mark_as_paid": "paid",
        "unmark_as_paid": "!invoice_not_paid",
        "mark_as_canceled": "canceled",
        "send": "unpaid",
    },
    "paid": {
        "update": "!invoice_not_in_draft_status",
        "delete": "!invoice_not_in_draft_status",
        "finalize": "!invoice_already_finalized",
        "mark_as_paid": "paid",
        "unmark_as_paid": "unpaid",
        "mark_as_canceled": "!invoice_already_paid",
        "send": "paid",
    },
    "canceled": {
        "update": "!invoice_not_in_draft_status",
        "delete": "!invoice_not_in_draft_status",
        "finalize": "!invoice_already_finalized",
        "mark_as_paid": "!invoice_already_canceled",
        "unmark_as_paid": "!invoice_not_paid",
        "mark_as_canceled": "!invoice_already_canceled",
        "send": "!invoice_already_canceled",
    },
}
PAIRS = [(status, action) for status in EXPECTED for action in EXPECTED[status]]


def test_the_expectations_cover_every_status_and_action() -> None:
    assert tuple(EXPECTED) == lifecycle.STATUSES
    assert all(tuple(actions) == lifecycle.ACTIONS for actions in EXPECTED.values())


@pytest.mark.parametrize(("status", "action"), PAIRS)
def test_each_action_in_each_status(status: str, action: str) -> None:
    expected = EXPECTED[status][action]
    if not expected.startswith("!"):
        assert lifecycle.next_status(status, action) == expected
        return
    with pytest.raises(WrongState) as refused:
        lifecycle.next_status(status, action)
    (fault,) = refused.value.faults
    assert fault.code == expected.removeprefix("!")
    assert status in fault.message
    assert fault.fix
    assert fault.meta == {"status": status, "allowed_actions": list(lifecycle.allowed_actions(status))}


@pytest.mark.parametrize("status", lifecycle.STATUSES)
def test_allowed_actions_are_those_that_are_not_refused(status: str) -> None:
    allowed = [action for action, result in EXPECTED[status].items() if not result.startswith("!")]
    assert list(lifecycle.allowed_actions(status)) == allowed


def test_an_unknown_action_is_a_bug_and_not_a_refusal() -> None:
    with pytest.raises(KeyError):
        lifecycle.next_status("draft", "shred")


class Life(RuleBasedStateMachine):
    """One invoice through any order of calls: what was numbered stays numbered, what was canceled stays canceled."""

    def __init__(self) -> None:
        super().__init__()
        self.status = "draft"
        self.was_finalized = False
        self.was_canceled = False

    def call(self, action: str) -> None:
        before = self.status
        try:
            self.status = lifecycle.next_status(before, action)
        except WrongState:
            assert action not in lifecycle.allowed_actions(before)
            return
        assert action in lifecycle.allowed_actions(before)
        self.was_finalized |= action == "finalize"
        self.was_canceled |= action == "mark_as_canceled"

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def update(self) -> None:
        self.call("update")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def delete(self) -> None:
        self.call("delete")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def finalize(self) -> None:
        self.call("finalize")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def mark_as_paid(self) -> None:
        self.call("mark_as_paid")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def unmark_as_paid(self) -> None:
        self.call("unmark_as_paid")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def mark_as_canceled(self) -> None:
        self.call("mark_as_canceled")

    @precondition(lambda self: self.status != lifecycle.DELETED)
    @rule()
    def send(self) -> None:
        self.call("send")

    @precondition(lambda self: self.status == lifecycle.DELETED)
    @rule()
    def nothing_is_left(self) -> None:
        assert lifecycle.allowed_actions(self.status) == ()

    @invariant()
    def a_finalized_invoice_is_never_a_draft_again_nor_deleted(self) -> None:
        assert self.was_finalized == (self.status in {"unpaid", "paid", "canceled"})

    @invariant()
    def canceling_is_irreversible(self) -> None:
        assert self.was_canceled == (self.status == "canceled")


TestLife = Life.TestCase
# Four states: short lives find every path.
TestLife.settings = settings(max_examples=40, stateful_step_count=12)
