"""What issued kinds of documents share: taking a number that leaves no gap, and saying what is odd about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from counterfoil import errors
from counterfoil.domain import numbering
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.store import counters

IsTaken = Callable[[str], bool]


class Planned(NamedTuple):
    """The number that a document would get. counter: its series' once it has it; None when that does not move."""

    number: str
    counter: counters.Counter | None = None
    warnings: tuple[Fault, ...] = ()


def next_number(work: Work, kind: str, year: int, is_taken: IsTaken) -> str:
    """The number that automatic numbering would give now; takes nothing."""
    counter = counters.get(work.conn, work.organization_id, kind, year)
    return _first_free(kind, year, counter.next_value, is_taken)[0]


def take_number(
    work: Work, kind: str, issue_date: date, given: str | None, is_taken: IsTaken
) -> tuple[str, list[Fault]]:
    """The document's number for good, and warnings. Call it last in the write: nothing slow may follow.

    given: a number that a person chose, used as it is; the counter later skips one that fits its pattern.
    """
    planned = plan_number(work, kind, issue_date, given, is_taken)
    take(work, kind, issue_date, planned)
    return planned.number, list(planned.warnings)


def take(work: Work, kind: str, issue_date: date, planned: Planned) -> None:
    """Moves the counter as planned in this write."""
    if planned.counter is not None:
        counters.put(work.conn, work.organization_id, kind, issue_date.year, planned.counter)


def plan_number(work: Work, kind: str, issue_date: date, given: str | None, is_taken: IsTaken) -> Planned:
    """What `take_number` would do; takes nothing."""
    counter = counters.get(work.conn, work.organization_id, kind, issue_date.year)
    if given is not None:
        return _planned_given(work, kind, issue_date, given, is_taken, counter)
    number, sequence = _first_free(kind, issue_date.year, counter.next_value, is_taken)
    return _moved(number, issue_date, counter, sequence)


def give_back(work: Work, kind: str, number: str | None) -> None:
    """A draft lets go of a number it had reserved: when the counter has passed it, it comes back to fill the gap."""
    parsed = numbering.parse(kind, number) if number else None
    if parsed is None:
        return
    year, sequence = parsed
    counter = counters.get(work.conn, work.organization_id, kind, year)
    if counter.first_value <= sequence < counter.next_value:
        counters.put(work.conn, work.organization_id, kind, year, replace(counter, next_value=sequence))


def check_given(
    work: Work, number: str | None, is_taken: IsTaken, *, taken_code: str = "invoice_number_already_exists"
) -> None:
    """Refuses a missing number under manual numbering, a malformed one, and one that is taken."""
    if number is None:
        if work.profile.numbering_mode == "manual":
            raise errors.Invalid(
                "missing_number",
                "This organization numbers its documents by hand, and no number was given.",
                field="number",
                fix="Send number, or switch the organization's numbering_mode to automatic.",
            )
        return
    numbering.validate_given(number)
    if is_taken(number):
        raise errors.Conflict(
            taken_code,
            f"Another document already has the number {number}.",
            field="number",
            fix="Send another number, or leave it out so that the next free one is given.",
        )


def _first_free(kind: str, year: int, start: int, is_taken: IsTaken) -> tuple[str, int]:
    sequence = start
    while is_taken(number := numbering.number(kind, year, sequence)):
        sequence += 1
    return number, sequence


def _planned_given(
    work: Work, kind: str, issue_date: date, given: str, is_taken: IsTaken, counter: counters.Counter
) -> Planned:
    if work.profile.numbering_mode == "manual":
        return Planned(given)
    expected, sequence = _first_free(kind, issue_date.year, counter.next_value, lambda n: n != given and is_taken(n))
    if given == expected:
        return _moved(given, issue_date, counter, sequence)
    warning = Fault(
        "number_out_of_sequence",
        f"{given} is out of sequence: the next number of the series is {expected}.",
        field="number",
        fix="Leave number out to keep the series without gaps.",
    )
    return Planned(given, warnings=(warning,))


def _moved(number: str, issue_date: date, counter: counters.Counter, sequence: int) -> Planned:
    """The counter past `sequence`; a warning when the date goes back behind that of the series' newest document."""
    day = issue_date.isoformat()
    after = replace(counter, next_value=sequence + 1, last_issue_date=max(day, counter.last_issue_date))
    if day >= counter.last_issue_date:
        return Planned(number, after)
    warning = Fault(
        "backdated_issue_date",
        f"The issue date {day} is before that of the newest number of this series ({counter.last_issue_date}).",
        field="issue_date",
        fix="Nothing need be done if the date is right; some tax offices expect numbers and dates in one order.",
    )
    return Planned(number, after, (warning,))
