"""Reminders: when a client is told of an unpaid invoice, and in which words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from counterfoil.domain.client import Email
from counterfoil.domain.client_invoice import Uuid
from counterfoil.domain.texts import Line250, Paragraphs
from counterfoil.errors import Fault

Operator = Literal["before", "on", "after"]
RULES_MAX: Final = 5
OFFSET_MAX: Final = 365

# The API's pages name three operators and not their words: ours, and what other programs would call them.
_ALIASES: Final = {
    "before_due_date": "before", "prior": "before", "lt": "before", "<": "before",
    "on_due_date": "on", "at": "on", "at_due_date": "on", "same_day": "on", "eq": "on", "=": "on",
    "after_due_date": "after", "past_due": "after", "overdue": "after", "gt": "after", ">": "after",
}  # fmt: skip


def _operator(value: object) -> object:
    """The word as we answer it; what is none is left for its own refusal."""
    return _ALIASES.get(value.lower(), value.lower()) if isinstance(value, str) else value


class NewReminderRule(BaseModel):
    """One reminder: so many days before, on or after the due date.

    Without an operator the sign of offset_days tells it: -3 is three days before. email_body: a text in the client's
    language when left out.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    email_title: Annotated[Line250, StringConstraints(min_length=1)]
    email_body: Annotated[str, StringConstraints(max_length=10_000), Paragraphs] | None = None
    offset_days: Annotated[int, Field(strict=True, ge=-OFFSET_MAX, le=OFFSET_MAX)] | None = 0
    operator: Annotated[Operator | None, BeforeValidator(_operator)] = Field(
        None, validation_alias=AliasChoices("operator", "offset_operator", "offset_type")
    )

    @property
    def days(self) -> int:
        """Days after the due date, negative before it: what tells one rule from another."""
        offset = self.offset_days or 0
        return -abs(offset) if self.operator == "before" else offset


class ReminderFields(BaseModel):
    """Whom to remind, and when. Absent recipients are kept; a client without any is written to at its own addresses."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    send_to: Annotated[list[Email], Field(max_length=50)] | None = None
    copy_to_self: bool | None = None
    rules: Annotated[list[NewReminderRule], Field(min_length=1, max_length=RULES_MAX)]


class NewReminder(ReminderFields):
    """The reminders of a client; they take the place of what was said of this client before."""

    client_id: Uuid


class ReminderChange(ReminderFields):
    """Other rules for the same client. client_id may be sent again, not changed."""

    client_id: Uuid | None = None


class ReminderRule(BaseModel):
    """One reminder as answered. email_body: "" for the text in the client's language."""

    model_config = ConfigDict(frozen=True)

    email_title: str
    email_body: str = ""
    offset_days: int = Field(description="never negative: the operator says which way")
    operator: Operator

    @property
    def days(self) -> int:
        """Days after the due date, negative before it."""
        return -self.offset_days if self.operator == "before" else self.offset_days


class Reminder(BaseModel):
    """A client's reminders. send_to: empty for the client's own addresses, as they are when the day comes."""

    model_config = ConfigDict(frozen=True)

    id: str
    organization_id: str
    client_id: str
    send_to: list[str]
    copy_to_self: bool
    rules: list[ReminderRule]
    created_at: str
    updated_at: str


def is_remindable(status: str) -> bool:
    """Whether an invoice in this status is reminded of: one that is finalized and not paid, nor canceled."""
    return status == "unpaid"


def reminder_day(due_date: date, days: int) -> date:
    """The day on which the rule that lies `days` after the due date (negative: before) reminds."""
    return due_date + timedelta(days=days)


def settled(rule: NewReminderRule) -> ReminderRule:
    """The rule as stored and answered. Its faults must have been looked for."""
    days = rule.days
    operator: Operator = rule.operator or ("before" if days < 0 else "after" if days else "on")
    return ReminderRule(
        email_title=rule.email_title, email_body=rule.email_body or "", offset_days=abs(days), operator=operator
    )


def rule_faults(rules: Sequence[NewReminderRule]) -> Iterator[Fault]:
    """What contradicts itself in one rule, and rules that would remind twice on one day."""
    earlier: dict[int, int] = {}
    for index, rule in enumerate(rules):
        offset = rule.offset_days or 0
        if (rule.operator == "on" and offset) or (rule.operator == "after" and offset < 0):
            yield Fault(
                "invalid_offset_days",
                f"offset_days {offset} contradicts the operator {rule.operator}.",
                field=f"rules/{index}/offset_days",
                fix="Send 0 with on, and the number of days without a sign with before and after.",
            )
        elif (first := earlier.setdefault(rule.days, index)) != index:
            yield Fault(
                "duplicate_rule",
                f"Rules {first + 1} and {index + 1} remind on the same day.",
                field=f"rules/{index}",
                fix="Send one rule a day.",
            )
