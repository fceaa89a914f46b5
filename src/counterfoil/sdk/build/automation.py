"""Requests about what happens by itself: reminders and recurring invoices."""

from __future__ import annotations

from collections.abc import Sequence

from counterfoil.sdk.types import NewRecurringInvoice, NewReminder, RecurringInvoice, Reminder, ReminderRule
from counterfoil.sdk.wire import Page, Request, either, filters, nothing, page_of, paging, path_to, write_headers

_REMINDERS = "/v2/reminders"
_REMINDER = either("reminder")
_RECURRING = "/v2/recurring_invoices"
_RECURRING_ONE = either("recurring_invoice")


def build_list_reminders(
    *, client_ids: Sequence[str] | None = None, page: int = 1, per_page: int = 100
) -> Request[Page[Reminder]]:
    """List reminders. client_ids: only those of these clients."""
    params = filters(client_ids=client_ids) + paging(page, per_page, None)
    return Request("GET", _REMINDERS, page_of("reminders"), params=params)


def build_get_reminder(id: str) -> Request[Reminder]:
    """Retrieve a client's reminders."""
    return Request("GET", path_to(_REMINDERS, id), _REMINDER)


def build_create_reminder(new: NewReminder, *, idempotency_key: str | None = None) -> Request[Reminder]:
    """Say when a client is reminded; replaces what was said of this client before."""
    return Request("POST", _REMINDERS, _REMINDER, json=new, headers=write_headers(idempotency_key, False))


def build_replace_reminder(
    id: str,
    rules: Sequence[ReminderRule],
    *,
    send_to: Sequence[str] | None = None,
    copy_to_self: bool | None = None,
    idempotency_key: str | None = None,
) -> Request[Reminder]:
    """Replace a client's rules."""
    body: dict[str, object] = {"rules": list(rules)}
    body |= {"send_to": list(send_to)} if send_to is not None else {}
    body |= {"copy_to_self": copy_to_self} if copy_to_self is not None else {}
    headers = write_headers(idempotency_key, False)
    return Request("PUT", path_to(_REMINDERS, id), _REMINDER, json=body, headers=headers)


def build_delete_reminder(id: str, *, idempotency_key: str | None = None) -> Request[None]:
    """Remind this client no more."""
    return Request("DELETE", path_to(_REMINDERS, id), nothing, headers=write_headers(idempotency_key, False))


def build_list_recurring_invoices(
    *, status: Sequence[str] | None = None, sort_by: str | None = None, page: int = 1, per_page: int = 100
) -> Request[Page[RecurringInvoice]]:
    """List recurring invoices."""
    params = filters(status=status) + paging(page, per_page, sort_by)
    return Request("GET", _RECURRING, page_of("recurring_invoices"), params=params)


def build_get_recurring_invoice(id: str) -> Request[RecurringInvoice]:
    """Retrieve a recurring invoice."""
    return Request("GET", path_to(_RECURRING, id), _RECURRING_ONE)


def build_create_recurring_invoice(
    new: NewRecurringInvoice, *, idempotency_key: str | None = None, is_dry_run: bool = False
) -> Request[RecurringInvoice]:
    """Bill the same again each period."""
    headers = write_headers(idempotency_key, is_dry_run)
    return Request("POST", _RECURRING, _RECURRING_ONE, json=new, headers=headers)


def build_suspend_recurring_invoice(id: str, *, idempotency_key: str | None = None) -> Request[RecurringInvoice]:
    """Make no invoices until it is reactivated."""
    return _action(id, "suspend", idempotency_key)


def build_reactivate_recurring_invoice(id: str, *, idempotency_key: str | None = None) -> Request[RecurringInvoice]:
    """Go on with a suspended one, from its next date on."""
    return _action(id, "reactivate", idempotency_key)


def build_cancel_recurring_invoice(id: str, *, idempotency_key: str | None = None) -> Request[RecurringInvoice]:
    """End it for good; invoices that it made stay."""
    return _action(id, "cancel", idempotency_key)


def _action(id: str, action: str, idempotency_key: str | None) -> Request[RecurringInvoice]:
    headers = write_headers(idempotency_key, False)
    return Request("POST", path_to(_RECURRING, id, action), _RECURRING_ONE, headers=headers)
