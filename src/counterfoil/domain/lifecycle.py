"""Which action is allowed in which state, and where it leads: tables, so that docs and buttons can read them too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from counterfoil.errors import WrongState

# Where a deleted draft goes; no answer ever shows it.
DELETED: Final = "deleted"

STATUSES: Final = ("draft", "unpaid", "paid", "canceled")
ACTIONS: Final = ("update", "delete", "finalize", "mark_as_paid", "unmark_as_paid", "mark_as_canceled", "send")

CLIENT_INVOICE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("draft", "update"): "draft",
        ("draft", "delete"): DELETED,
        ("draft", "finalize"): "unpaid",
        ("unpaid", "mark_as_paid"): "paid",
        ("unpaid", "mark_as_canceled"): "canceled",
        ("unpaid", "send"): "unpaid",
        ("paid", "mark_as_paid"): "paid",
        ("paid", "unmark_as_paid"): "unpaid",
        ("paid", "send"): "paid",
    }
)

_FINALIZE_FIRST = "Finalize it first: POST /v2/client_invoices/{id}/finalize."
_CREDIT_IT = "A finalized invoice never changes: correct it with a credit note, or cancel it while it is unpaid."
_START_ANEW = "Canceling cannot be undone: create a new invoice."

# action -> status -> code, message, fix. Together with the table above it covers every pair.
_REFUSALS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = MappingProxyType(
    {
        "update": {
            status: ("invoice_not_in_draft_status", f"The invoice is {status}; only a draft can be changed.", fix)
            for status, fix in (("unpaid", _CREDIT_IT), ("paid", _CREDIT_IT), ("canceled", _START_ANEW))
        },
        "delete": {
            status: ("invoice_not_in_draft_status", f"The invoice is {status}; only a draft can be deleted.", fix)
            for status, fix in (
                ("unpaid", "Cancel it: POST /v2/client_invoices/{id}/mark_as_canceled. Its number stays used."),
                ("paid", "Its number is used: correct it with a credit note."),
                ("canceled", "Nothing is left to do: a canceled invoice keeps its number and its document."),
            )
        },
        "finalize": {
            status: ("invoice_already_finalized", f"The invoice is {status}: it was finalized before.", fix)
            for status, fix in (
                ("unpaid", "Use the number it has; to bill something else, create a new invoice."),
                ("paid", "Use the number it has; to bill something else, create a new invoice."),
                ("canceled", _START_ANEW),
            )
        },
        "mark_as_paid": {
            "draft": ("invoice_not_finalized", "The invoice is a draft; a draft cannot be paid.", _FINALIZE_FIRST),
            "canceled": ("invoice_already_canceled", "The invoice is canceled and cannot be paid.", _START_ANEW),
        },
        "unmark_as_paid": {
            status: ("invoice_not_paid", f"The invoice is {status}, not paid.", fix)
            for status, fix in (
                ("draft", "Nothing is left to do: it carries no payment."),
                ("unpaid", "Nothing is left to do: it is unpaid already."),
                ("canceled", _START_ANEW),
            )
        },
        "mark_as_canceled": {
            "draft": (
                "invoice_not_finalized",
                "The invoice is a draft; only an unpaid invoice can be canceled.",
                "Delete the draft: DELETE /v2/client_invoices/{id}.",
            ),
            "paid": (
                "invoice_already_paid",
                "The invoice is paid; only an unpaid invoice can be canceled.",
                "Correct it with a credit note, or, if it was marked by mistake, call "
                "POST /v2/client_invoices/{id}/unmark_as_paid first.",
            ),
            "canceled": (
                "invoice_already_canceled",
                "The invoice is canceled already.",
                "Nothing is left to do: it keeps its number and its document.",
            ),
        },
        "send": {
            "draft": ("invoice_not_finalized", "The invoice is a draft; a draft cannot be sent.", _FINALIZE_FIRST),
            "canceled": ("invoice_already_canceled", "The invoice is canceled and is not sent any more.", _START_ANEW),
        },
    }
)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """One kind's life. table: (status, action) to the next status. refusals: action to status to (code, message, fix).

    Together they cover every status and action.
    """

    actions: tuple[str, ...]
    table: Mapping[tuple[str, str], str]
    refusals: Mapping[str, Mapping[str, tuple[str, str, str]]]

    def next_status(self, status: str, action: str) -> str:
        """The status after `action`. Raises WrongState, with the call that is right instead, when it may not be."""
        following = self.table.get((status, action))
        if following is None:
            code, message, fix = self.refusals[action][status]
            allowed = list(self.allowed_actions(status))
            raise WrongState(code, message, fix=fix, meta={"status": status, "allowed_actions": allowed})
        return following

    def allowed_actions(self, status: str) -> tuple[str, ...]:
        """What may be done in this status now, in the order of `actions`."""
        return tuple(action for action in self.actions if (status, action) in self.table)


_INVOICES: Final = Lifecycle(ACTIONS, CLIENT_INVOICE, _REFUSALS)
# Of client invoices; other kinds have a Lifecycle of their own.
next_status = _INVOICES.next_status
allowed_actions = _INVOICES.allowed_actions
