"""The lifecycle of quotes against what the API and the public page allow."""

from __future__ import annotations

import pytest

from counterfoil.domain.lifecycle import DELETED
from counterfoil.domain.quote_lifecycle import ACTIONS, QUOTE, STATUSES
from counterfoil.errors import WrongState

# status: action -> the next status, or the code of the refusal. Written by hand.
EXPECTED = {
    "pending_approval": {
        "update": "pending_approval",
        "delete": DELETED,
        "send": "pending_approval",
        "accept": "approved",
        "decline": "canceled",
        "convert": "pending_approval",
    },
    "approved": {
        "update": "!quote_already_approved",
        "delete": "!quote_already_approved",
        "send": "approved",
        "accept": "approved",
        "decline": "!quote_already_approved",
        "convert": "approved",
    },
    "canceled": {
        "update": "!quote_already_canceled",
        "delete": "!quote_already_canceled",
        "send": "!quote_already_canceled",
        "accept": "!quote_already_canceled",
        "decline": "canceled",
        "convert": "!quote_already_canceled",
    },
}


def test_the_expectations_cover_every_status_and_action() -> None:
    assert tuple(EXPECTED) == STATUSES
    assert all(tuple(actions) == ACTIONS for actions in EXPECTED.values())


@pytest.mark.parametrize(("status", "action"), [(status, action) for status in STATUSES for action in ACTIONS])
def test_each_action_in_each_status(status: str, action: str) -> None:
    expected = EXPECTED[status][action]
    if not expected.startswith("!"):
        assert QUOTE.next_status(status, action) == expected
        return
    with pytest.raises(WrongState) as refused:
        QUOTE.next_status(status, action)
    (fault,) = refused.value.faults
    assert fault.code == expected.removeprefix("!")
    assert fault.fix
    assert fault.meta == {"status": status, "allowed_actions": list(QUOTE.allowed_actions(status))}


@pytest.mark.parametrize("status", ["approved", "canceled"])
def test_an_answer_is_for_good(status: str) -> None:
    reached = {QUOTE.table[status, action] for action in QUOTE.allowed_actions(status)}
    assert reached == {status}
