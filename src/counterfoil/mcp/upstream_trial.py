"""What a write to a server elsewhere would do, computed here: nothing of it is sent.

The document after it, its VAT table, what the law says, the mail, and the acts that a person is asked about.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from pydantic import ValidationError

from counterfoil.domain import crediting, lifecycle, rules
from counterfoil.domain.approvals import IrreversibleAct, digest
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.document import Identity, as_new, build_client_invoice, client_snapshot
from counterfoil.domain.mailing import SendRequest
from counterfoil.domain.money import text
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.quote import NewQuote, as_new_quote, build_quote, quote_faults
from counterfoil.domain.quote_lifecycle import QUOTE
from counterfoil.domain.supplier_invoice_lifecycle import next_status as next_supplier_status
from counterfoil.errors import Fault
from counterfoil.mcp.results import client_name
from counterfoil.mcp.upstream_acts import Asked, euros, version_of
from counterfoil.mcp.upstream_answers import wire
from counterfoil.mcp.upstream_reading import Reader, Seller, Unreadable, validated, whole_invoice

_INVOICE_ACTIONS: Final = ("finalize", "mark_as_paid", "unmark_as_paid", "mark_as_canceled")
_SUPPLIER_ACTIONS: Final = ("mark_as_paid", "unmark_as_paid", "reject")
_NUMBER_NOTE: Final = "The server gives it."
_NAME_MAX: Final = 80
# Of what is not there yet: answers say an id wherever a document is.
_NO_ID: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(slots=True)
class Trial:
    """What would come of a write. document: as it would be answered, under `name`; None where nothing is answered.

    subject: the document that it is about, as the server shows it now. seen: the versions that a yes is bound to.
    """

    name: str = ""
    document: dict[str, Any] | None = None
    subject: Mapping[str, Any] = field(default_factory=dict)
    seen: tuple[str, ...] = ()
    errors: Sequence[Fault] = ()
    warnings: Sequence[Fault] = ()
    mail: dict[str, Any] | None = None
    body: Mapping[str, Any] | None = None

    def answer(self, *, needs_approval: bool) -> dict[str, Any]:
        """What a dry run answers."""
        compliance = {
            "is_ready": not self.errors, "errors": [wire(each) for each in self.errors],
            "warnings": [wire(each) for each in self.warnings],
        }  # fmt: skip
        preview = {
            "number": None, "number_note": _NUMBER_NOTE, "vat": vat_table(self.document or self.subject),
            "compliance": compliance, "needs_approval": needs_approval, "email": self.mail,
        }  # fmt: skip
        return ({} if self.document is None else {self.name: self.document}) | {"preview": preview}


async def tried(asked: Asked, reader: Reader, now: datetime) -> Trial:
    """What `asked` would do. Raises Refused, Unreadable, and BillingError for what could not be done at all."""
    try:
        return await _tried(asked, reader, now)
    except ValidationError as error:
        raise validated(error) from None


async def _tried(asked: Asked, reader: Reader, now: datetime) -> Trial:
    body = dict(asked.body or {})
    if (asked.kind, asked.action) == ("client_invoice", "create"):
        return await _new_invoice(asked, body, reader, now)
    if (asked.kind, asked.action) == ("credit_note", "create"):
        return await _new_credit_note(body, reader, now)
    if (asked.kind, asked.action) == ("quote", "create"):
        return await _new_quote(body, reader)
    if not asked.document_id:
        return Trial(asked.kind, {"id": _NO_ID, **body} if asked.kind in ("client", "product") else None)
    subject = await reader.document(asked.kind, asked.document_id)
    trial = Trial(asked.kind, None, subject, (version_of(subject),))
    if asked.action == "send":
        trial.mail = await _mail(asked, subject, reader)
    elif asked.kind == "client_invoice":
        await _changed_invoice(asked, body, trial, reader, now)
    elif asked.kind == "quote":
        await _changed_quote(asked, body, trial, reader)
    elif asked.kind == "supplier_invoice" and asked.action in _SUPPLIER_ACTIONS:
        trial.document = dict(subject) | {"status": next_supplier_status(str(subject.get("status")), asked.action)}
    elif asked.action == "update":
        trial.document = dict(subject) | body
    return trial


def acts_of(asked: Asked, trial: Trial) -> tuple[IrreversibleAct, ...]:
    """What a person is asked about; empty when nothing of it needs a yes."""
    if not asked.act:
        return ()
    shown = trial.document or trial.subject
    amount, seen = euros(shown), digest(trial.seen)
    acts = [IrreversibleAct(asked.act, asked.kind, asked.document_id, seen, amount, _summary(asked, trial))]  # type: ignore[arg-type]  # one of ACTS
    if trial.mail is not None and asked.act != "send":
        words = f"Mail it to {', '.join(trial.mail['to'])}, subject “{_line(trial.mail['subject'])}”."
        acts.append(IrreversibleAct("send", asked.kind, asked.document_id, seen, amount, words))
    return tuple(acts)


def vat_table(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """The document's VAT by rate, from its groups or, where the server tells none, from its lines."""
    groups = document.get("vat_breakdown")
    sums: dict[str, list[Decimal]] = {}
    for row, base, vat in (
        ((group, "taxable_amount", "vat_amount") for group in groups)
        if groups
        else ((item, "subtotal", "total_vat") for item in document.get("items") or ())
    ):
        rate = format(Decimal(str(row.get("vat_rate") or "0")).normalize(), "f")
        kept = sums.setdefault(rate, [Decimal(0), Decimal(0)])
        for place, name in enumerate((base, vat)):
            kept[place] += Decimal(str((row.get(name) or {}).get("value") or "0"))
    return [
        {"rate": rate, "percent": format((Decimal(rate) * 100).normalize(), "f"), "base": text(base), "vat": text(vat)}
        for rate, (base, vat) in sums.items()
    ]


async def _new_invoice(asked: Asked, body: dict[str, Any], reader: Reader, now: datetime) -> Trial:
    if body.get("quote_id") and not body.get("items"):
        body["items"] = (await reader.document("quote", str(body["quote_id"]))).get("items") or []
    new = NewClientInvoice.model_validate_json(json.dumps(body))
    client = client_snapshot(await reader.client(new.client_id))
    seller = await reader.seller(iban=new.payment_methods.iban if new.payment_methods else None)
    identity = Identity(_NO_ID, seller.id, now.isoformat(), new.number)
    built = build_client_invoice(new, identity, profile=seller.profile, client=client, account=seller.account)
    trial = Trial("client_invoice", built.model_dump(mode="json"), seen=(version_of(client),))
    _judge(trial, seller, rules.write_faults(new, seller.profile), now)
    status = "draft" if new.status == "draft" else "unpaid"
    document = built.model_dump(mode="json") | {"status": status, "number": new.number or "", "paid_at": ""}
    trial.document = document
    if asked.letter is not None:
        trial.mail = await _mail(asked, document, reader)
    return trial


async def _changed_invoice(asked: Asked, body: Mapping[str, Any], trial: Trial, reader: Reader, now: datetime) -> None:
    subject, status = trial.subject, str(trial.subject.get("status"))
    if asked.action in ("delete", "update", *_INVOICE_ACTIONS) and status in lifecycle.STATUSES:
        following = lifecycle.next_status(status, asked.action)
    else:
        following = status  # the server knows its own
    if asked.action == "update":
        await _rewritten_invoice(body, trial, reader, now)
    elif asked.action == "finalize":
        seller = await reader.seller(subject.get("organization") or {}, _iban_of(subject))
        trial.document = _or_as_it_is(subject, seller)
        _judge(trial, seller, (), now)
        trial.document |= {"status": following}
    elif asked.action in _INVOICE_ACTIONS:
        trial.document = dict(subject) | {"status": following}
        if asked.action == "mark_as_paid":
            seller = await reader.seller(subject.get("organization") or {})
            trial.document["paid_at"] = body.get("paid_at") or seller.today(now).isoformat()
        elif asked.action == "mark_as_canceled":
            country = str((subject.get("organization") or {}).get("legal_country") or "")
            trial.warnings = (rules.cancel_warning(country),)


async def _rewritten_invoice(body: Mapping[str, Any], trial: Trial, reader: Reader, now: datetime) -> None:
    subject = trial.subject
    seller = await reader.seller(subject.get("organization") or {}, _iban_of(subject))
    before = as_new(whole_invoice(subject, seller)).model_dump(mode="json", exclude_none=True)
    new = NewClientInvoice.model_validate_json(json.dumps(_merged(before, body)))
    client = subject["client"]
    if new.client_id != client.get("id"):
        client = client_snapshot(await reader.client(new.client_id))
    identity = Identity(str(subject.get("id") or ""), seller.id, str(subject.get("created_at") or ""), new.number)
    built = build_client_invoice(new, identity, profile=seller.profile, client=client, account=seller.account)
    trial.document = built.model_dump(mode="json")
    _judge(trial, seller, rules.write_faults(new, seller.profile), now)
    trial.document |= {"status": "draft", "number": new.number or subject.get("number") or ""}


async def _new_credit_note(body: dict[str, Any], reader: Reader, now: datetime) -> Trial:
    invoice = await reader.document("client_invoice", str(body.get("invoice_id") or ""))
    new = NewCreditNote.model_validate_json(json.dumps(body))
    seller = await reader.seller(invoice.get("organization") or {})
    whole = whole_invoice(invoice, seller) | {"number": str(invoice.get("number") or ""), "id": invoice.get("id")}
    crediting.invoice_status(str(invoice.get("status")), str(whole["invoice_type"]), is_all=False)
    earlier = await reader.credit_notes_of(invoice)
    left = crediting.creditable(whole, [_whole_note(note) for note in earlier])
    lines = crediting.lines_of(new, left)
    written = crediting.written(new, lines, whole)
    wire: dict[str, Any] = {name: value for name, value in body.items() if name != "amount"}
    wire["items"] = [_item_for_wire(item.model_dump(mode="json", exclude_none=True)) for item in written.items]
    identity = Identity(_NO_ID, seller.id, now.isoformat(), new.number or "", now.isoformat())
    # The server adds up the lines itself, whatever amount they were split from.
    note = crediting.build_credit_note(new, written, identity, invoice=whole, seller=seller.profile, sums=None)
    crediting.refuse_excess(left, note, is_split=lines.sums is not None)
    faults = rules.credit_faults(written, seller.profile) or list(crediting.rate_faults(left, written.items))
    document = note.model_dump(mode="json") | {"number": new.number or ""}
    seen = (version_of(invoice), *map(version_of, earlier))
    return Trial("credit_note", document, invoice, seen, faults, (), body=wire)


async def _new_quote(body: Mapping[str, Any], reader: Reader) -> Trial:
    new = NewQuote.model_validate_json(json.dumps(dict(body)))
    client = client_snapshot(await reader.client(new.client_id))
    seller = await reader.seller()
    return _built_quote(new, Identity(_NO_ID, seller.id, "", new.number or ""), seller, client)


async def _changed_quote(asked: Asked, body: Mapping[str, Any], trial: Trial, reader: Reader) -> None:
    subject, status = trial.subject, str(trial.subject.get("status"))
    if asked.action in QUOTE.actions and status in ("pending_approval", "approved", "canceled"):
        QUOTE.next_status(status, asked.action)
    if asked.action != "update":
        return
    seller = await reader.seller(subject.get("organization") or {})
    empty: dict[str, Any] = dict.fromkeys(("discount", "welfare_fund", "withholding_tax", "settings"))
    empty |= dict.fromkeys(("header", "footer", "stamp_duty_amount"), "")
    before = as_new_quote(empty | dict(subject)).model_dump(mode="json", exclude_none=True)
    new = NewQuote.model_validate_json(json.dumps(_merged(before, body)))
    identity = Identity(str(subject.get("id")), seller.id, str(subject.get("created_at") or ""), new.number)
    built = _built_quote(new, identity, seller, subject["client"])
    trial.document, trial.warnings, trial.errors = built.document, built.warnings, built.errors


def _built_quote(new: NewQuote, identity: Identity, seller: Seller, client: Mapping[str, Any]) -> Trial:
    document = build_quote(new, identity, profile=seller.profile, client=client).model_dump(mode="json")
    faults = quote_faults(new, seller.profile)
    warnings = rules.quote_warnings(document, seller.profile)
    return Trial("quote", document | {"status": "pending_approval"}, errors=faults, warnings=warnings)


def _judge(trial: Trial, seller: Seller, written: Sequence[Fault], now: datetime) -> None:
    """Adds what the law says. What is about the seller's own data, of which the server tells a part, only warns."""
    found, warnings = rules.finalize_faults(trial.document or {}, seller.profile, today=seller.today(now))
    cited = {(fault.code, fault.field) for fault in found}
    found = [*(fault for fault in written if (fault.code, fault.field) not in cited), *found]
    known = [each for each in found if seller.is_whole or not str(each.field).startswith("organization")]
    trial.errors = known
    trial.warnings = [*warnings, *(each for each in found if each not in known)]


def _or_as_it_is(subject: Mapping[str, Any], seller: Seller) -> dict[str, Any]:
    """The document with what it adds up to; as the server shows it, when its lines cannot be computed here."""
    try:
        return whole_invoice(subject, seller)
    except Unreadable:
        return dict(subject)


async def _mail(asked: Asked, document: Mapping[str, Any], reader: Reader) -> dict[str, Any]:
    letter = SendRequest.model_validate(asked.letter or {})
    profile: OrganizationProfile = (await reader.seller(document.get("organization") or {})).profile
    number = str(document.get("number") or "").removesuffix("-PROFORMA") or "(number)"
    return {
        "to": letter.send_to, "cc": [profile.email or "(your own address)"] if letter.copy_to_self else [],
        "subject": letter.email_title, "body": letter.email_body or "(the server's own text)",
        "attachments": [f"{number}.pdf"],
    }  # fmt: skip


def _summary(asked: Asked, trial: Trial) -> str:
    shown, before = trial.document or trial.subject, trial.subject
    to = f"for {_party(shown)}{_amount(shown)}"
    number = f"{asked.kind.replace('_', ' ')} {_line(str(before.get('number') or ''))}".strip()
    match asked.act, asked.action:
        case "create_as_unpaid", _:
            return (
                f"Create and finalize an invoice {to}, issued {shown.get('issue_date')}, due {shown.get('due_date')}."
            )
        case "finalize", _:
            return f"Finalize the draft {to}, due {shown.get('due_date')}: it gets its number and never changes again."
        case "cancel", _:
            return f"Cancel {number} {to}, for good."
        case "credit_note", _:
            return f"Issue a credit note {to}, on invoice {before.get('number') or ''}."
        case "reject", _:
            which = _line(str(before.get("invoice_number") or before.get("id")))
            return f"Reject the supplier invoice {which}{_amount(before)}, for good."
        case "send", "send":
            mail = trial.mail or {"to": [], "subject": ""}
            return f"Mail {number} {to}, to {', '.join(mail['to'])}, subject “{_line(mail['subject'])}”."
        case "send", "send_by_einvoice":
            return f"Hand {number} {to} to the e-invoicing network."
        case "delete", _:
            what = _line(str(before.get("title") or "")) or _party(
                {"client": before} if asked.kind == "client" else before
            )
            return f"Delete the {number} ({what}), for good."
    return f"{asked.request.method} {asked.request.path}, which cannot be taken back."


def _party(document: Mapping[str, Any]) -> str:
    client = document.get("client")
    return _line(client_name(client) if isinstance(client, Mapping) else "") or "a client"


def _line(text: str) -> str:
    """One line, and no longer than one: it was written by anybody."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _NAME_MAX else f"{line[: _NAME_MAX - 1]}…"


def _amount(document: Mapping[str, Any]) -> str:
    total = document.get("total_amount")
    return f", {total.get('value')} {total.get('currency')} in all" if isinstance(total, Mapping) else ""


def _merged(before: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """What a change leaves: absent keeps, null clears, settings merge."""
    new = {**before, **body}
    if isinstance(body.get("settings"), Mapping):
        new["settings"] = {**(before.get("settings") or {}), **body["settings"]}
    return {name: value for name, value in new.items() if value is not None}


def _whole_note(note: Mapping[str, Any]) -> dict[str, Any]:
    """A credit note with its VAT groups, which some servers leave out."""
    if note.get("vat_breakdown"):
        return dict(note)
    groups = [
        {
            "vat_category": "S", "vat_rate": row["rate"], "vat_exemption_reason": reason or None,
            "taxable_amount_cents": _cents(row["base"]), "vat_amount_cents": _cents(row["vat"]),
        }
        for reason, items in _by_reason(note.get("items") or ()).items()
        for row in vat_table({"items": items})
    ]  # fmt: skip
    total = note.get("total_amount_cents")
    cents = int(total) if total is not None else _cents(str((note.get("total_amount") or {}).get("value") or "0"))
    return {**note, "vat_breakdown": groups, "total_amount_cents": cents,
            "stamp_duty_amount": note.get("stamp_duty_amount") or ""}  # fmt: skip


def _by_reason(items: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        found.setdefault(str(item.get("vat_exemption_reason") or ""), []).append(item)
    return found


def _cents(value: str) -> int:
    return int(Decimal(value).scaleb(2))


def _item_for_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if value not in (None, "") and name != "unit_code"}


def _iban_of(document: Mapping[str, Any]) -> str | None:
    methods = document.get("payment_methods")
    return str(methods[0].get("iban") or "") or None if isinstance(methods, list) and methods else None
