"""Rules of reminders: which day they mean, how they may be written, and what contradicts itself."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from counterfoil.domain.reminder import NewReminderRule, ReminderFields, reminder_day, rule_faults, settled


def rule(**body: Any) -> NewReminderRule:
    return NewReminderRule.model_validate({"email_title": "Rappel"} | body)


@pytest.mark.parametrize(
    ("body", "operator", "offset", "day"),
    [
        ({"operator": "before", "offset_days": 3}, "before", 3, "2028-02-27"),
        ({"operator": "on", "offset_days": 0}, "on", 0, "2028-03-01"),
        ({"operator": "after", "offset_days": 31}, "after", 31, "2028-04-01"),
        ({"operator": "on"}, "on", 0, "2028-03-01"),
        ({"operator": "before", "offset_days": -3}, "before", 3, "2028-02-27"),
        ({"offset_days": -1}, "before", 1, "2028-02-29"),
        ({"offset_days": 7}, "after", 7, "2028-03-08"),
        ({"offset_days": None}, "on", 0, "2028-03-01"),
        ({}, "on", 0, "2028-03-01"),
    ],
)
def test_a_rule_means_one_day(body: dict[str, Any], operator: str, offset: int, day: str) -> None:
    kept = settled(rule(**body))
    assert (kept.operator, kept.offset_days) == (operator, offset)
    assert reminder_day(date(2028, 3, 1), kept.days).isoformat() == day


@pytest.mark.parametrize(
    ("word", "meant"), [("After", "after"), ("before_due_date", "before"), ("overdue", "after"), ("eq", "on")]
)
def test_other_words_for_an_operator_are_understood(word: str, meant: str) -> None:
    assert rule(operator=word).operator == meant
    assert rule(offset_operator=word).operator == meant


@pytest.mark.parametrize("body", [{"operator": "near"}, {"operator": 1}, {"offset_days": 366}, {"offset_days": "3"}])
def test_what_is_no_rule_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        rule(**body)


@pytest.mark.parametrize("count", [0, 6])
def test_there_are_one_to_five_rules(count: int) -> None:
    with pytest.raises(ValidationError):
        ReminderFields.model_validate({"rules": [{"email_title": "x", "offset_days": n} for n in range(count)]})


@pytest.mark.parametrize(
    ("rules", "faults"),
    [
        ([{"operator": "on", "offset_days": 1}], ["invalid_offset_days"]),
        ([{"operator": "after", "offset_days": -1}], ["invalid_offset_days"]),
        ([{"operator": "on"}, {"operator": "after", "offset_days": 0}], ["duplicate_rule"]),
        ([{"offset_days": -2}, {"operator": "before", "offset_days": 2}], ["duplicate_rule"]),
        ([{"operator": "before", "offset_days": 2}, {"operator": "after", "offset_days": 2}], []),
    ],
)
def test_contradictions_are_named(rules: list[dict[str, Any]], faults: list[str]) -> None:
    assert [fault.code for fault in rule_faults([rule(**body) for body in rules])] == faults


@given(st.integers(-365, 365), st.sampled_from(["before", "after", None]))
def test_what_is_answered_means_the_same_when_sent_again(offset: int, operator: str | None) -> None:
    sent = rule(offset_days=offset, operator=operator)
    again = rule(**settled(sent).model_dump())
    assert settled(again) == settled(sent)
    if not list(rule_faults([sent])):
        assert list(rule_faults([again])) == []
