"""Reminders: a client's rules, and the mail that each gives once for each of its unpaid invoices."""

from __future__ import annotations

from counterfoil import errors
from counterfoil.domain.client import Client
from counterfoil.domain.reminder import (
    NewReminder,
    Reminder,
    ReminderChange,
    ReminderFields,
    ReminderRule,
    is_remindable,
    rule_faults,
    settled,
)
from counterfoil.formats import mail
from counterfoil.operations import guards, mailing, reminder_days
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.operations.work import Work
from counterfoil.store import client_invoices, clients
from counterfoil.store import reminders as store
from counterfoil.store.rows import InvoiceRow, ReminderDayRow

RECIPIENTS_MAX = 50


def create(work: Work, new: NewReminder) -> str:
    """Say when a client is reminded of unpaid invoices; takes the place of what was said before. Answers it as JSON."""
    client_id = new.client_id.lower()
    earlier = store.of_client(work.conn, work.organization_id, client_id)
    if earlier is not None:
        return _changed(work, Reminder.model_validate_json(earlier), new, keeps_recipients=False)
    reminder = _written(
        work,
        new,
        Reminder(
            id=work.new_id(), organization_id=work.organization_id, client_id=client_id, send_to=[],
            copy_to_self=True, rules=[], created_at=work.timestamp, updated_at=work.timestamp,
        ),
    )  # fmt: skip
    text = reminder.model_dump_json()
    store.insert_reminder(
        work.conn, work.organization_id,
        reminder_id=reminder.id, client_id=client_id, created_at=reminder.created_at, body=text,
    )  # fmt: skip
    work.record("reminder", reminder.id, "created", {"client_id": client_id})
    reminder_days.plan_client(work, reminder)
    guards.reminders(work, client_id, reminder.model_dump(mode="json"), is_new=True)
    return text


def get(work: Work, reminder_id: str) -> str:
    """Retrieve a client's reminders as JSON."""
    text = store.get(work.conn, work.organization_id, reminder_id.lower())
    if text is None:
        raise errors.NotFound(
            "not_found", "There are no reminders with this id.", parameter="id", fix="List reminders to find the id."
        )
    return text


def page(
    work: Work, client_ids: tuple[str, ...] | None, *, is_descending: bool, limit: int, skip: int
) -> tuple[int, list[str]]:
    """List reminders, all or those of some clients: the number of matches, and one page as JSON."""
    wanted = None if client_ids is None else [client_id.lower() for client_id in client_ids]
    return store.page(work.conn, work.organization_id, wanted, is_descending=is_descending, limit=limit, skip=skip)


def replace(work: Work, reminder_id: str, change: ReminderChange) -> str:
    """Replace a client's rules; recipients that are not sent stay. Answers the reminders as JSON."""
    before = Reminder.model_validate_json(get(work, reminder_id))
    if change.client_id is not None and change.client_id.lower() != before.client_id:
        raise errors.Invalid(
            "read_only", "Reminders cannot be moved to another client.", field="client_id",
            fix="Leave client_id out, or create reminders for the other client.",
        )  # fmt: skip
    return _changed(work, before, change, keeps_recipients=True)


def delete(work: Work, reminder_id: str) -> None:
    """Remind this client no more; mails already handed to the mail server cannot be called back."""
    reminder = Reminder.model_validate_json(get(work, reminder_id))
    _remove(work, reminder)


def remove_of_client(work: Work, client_id: str) -> None:
    """Remind a client no more that is being deleted."""
    text = store.of_client(work.conn, work.organization_id, client_id)
    if text is not None:
        _remove(work, Reminder.model_validate_json(text))


def remind(work: Work, invoice_id: str) -> bool:
    """Mail what has come up for an invoice, if it is still unpaid; whether a mail was asked for.

    Of several reminders that are late at once, because nothing ran on their days, only the newest is mailed.
    """
    waiting = [
        each
        for each in store.of_invoice(work.conn, work.organization_id, invoice_id)
        if each.waits_for is not None and each.waits_for <= work.today.isoformat()
    ]
    row = client_invoices.get(work.conn, work.organization_id, invoice_id)
    text = store.of_client(work.conn, work.organization_id, row.client_id) if row else None
    reminder = Reminder.model_validate_json(text) if text and row and is_remindable(row.status) else None
    rules = {rule.days: rule for rule in reminder.rules} if reminder else {}
    due = [each for each in waiting if each.days in rules]
    for each in waiting:
        if each.days not in rules:
            store.forget(work.conn, work.organization_id, each)
    if not due or row is None or reminder is None:
        return False
    for each in due[:-1]:
        store.decide(work.conn, work.organization_id, each, outcome="late")
    return _mail(work, row, reminder, rules[due[-1].days], due[-1])


def _mail(work: Work, row: InvoiceRow, reminder: Reminder, rule: ReminderRule, waiting: ReminderDayRow) -> bool:
    send_to = (reminder.send_to or _addresses(work, reminder.client_id))[:RECIPIENTS_MAX]
    if not send_to:
        store.decide(work.conn, work.organization_id, waiting, outcome="failed")
        work.record(CLIENT_INVOICE.name, row.id, "reminder_failed", {"code": "no_address"})
        return False
    request = mailing.SendRequest(
        send_to=send_to,
        email_title=rule.email_title,
        email_body=rule.email_body or None,
        copy_to_self=reminder.copy_to_self,
    )
    email_id = mailing.enqueue(work, CLIENT_INVOICE, row, request, reminder_days=rule.days)
    if not store.decide(work.conn, work.organization_id, waiting, outcome="sent", email_id=email_id):
        raise RuntimeError("this reminder was decided meanwhile")
    return True


def _changed(work: Work, before: Reminder, sent: ReminderFields, *, keeps_recipients: bool) -> str:
    base = before if keeps_recipients else before.model_copy(update={"send_to": [], "copy_to_self": True})
    reminder = _written(work, sent, base)
    text = reminder.model_dump_json()
    store.update_reminder(
        work.conn, work.organization_id, reminder_id=reminder.id, updated_at=work.timestamp, body=text
    )
    work.record("reminder", reminder.id, "replaced", {"client_id": reminder.client_id})
    reminder_days.plan_client(work, reminder)
    guards.reminders(work, reminder.client_id, reminder.model_dump(mode="json"), is_new=False)
    return text


def _written(work: Work, sent: ReminderFields, base: Reminder) -> Reminder:
    """`base` with what was sent. Raises Invalid with what is wrong with it."""
    faults = list(rule_faults(sent.rules))
    if faults:
        raise errors.Invalid.of(faults)
    for index, rule in enumerate(sent.rules):
        mail.check_header_text(f"rules/{index}/email_title", rule.email_title)
    send_to = base.send_to if sent.send_to is None else list(sent.send_to)
    mailing.check_recipients(send_to)
    if not _addresses(work, base.client_id) and not send_to:
        raise errors.Invalid(
            "missing_value", "The client has no e-mail address, so send_to must say whom to remind.", field="send_to",
            fix="Send send_to, or give the client an email with PATCH /v2/clients/{id}.",
        )  # fmt: skip
    return base.model_copy(
        update={
            "send_to": send_to,
            "copy_to_self": base.copy_to_self if sent.copy_to_self is None else sent.copy_to_self,
            "rules": [settled(rule) for rule in sent.rules],
            "updated_at": work.timestamp,
        }
    )


def _addresses(work: Work, client_id: str) -> list[str]:
    """The client's own addresses, each once. Raises Invalid when there is no such client."""
    text = clients.get(work.conn, work.organization_id, client_id)
    if text is None:
        raise errors.Invalid(
            "invalid_client_id", "There is no client with this id.", field="client_id",
            fix="Send the id of a client of GET /v2/clients, or create one with POST /v2/clients.",
            meta={"validation_param": "client_id"},
        )  # fmt: skip
    client = Client.model_validate_json(text)
    every = [client.email, *client.extra_emails]
    return list({address.lower(): address for address in every if address}.values())


def _remove(work: Work, reminder: Reminder) -> None:
    store.delete_reminder(work.conn, work.organization_id, reminder.id)
    work.record("reminder", reminder.id, "deleted", {"client_id": reminder.client_id})
