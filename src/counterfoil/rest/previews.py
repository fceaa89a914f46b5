"""What a write would do, beside what it would answer: for dry runs, and for the person who approves it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from counterfoil.errors import Fault
from counterfoil.operations import client_invoices, document_files, printing, uploads
from counterfoil.operations.kinds import KINDS
from counterfoil.operations.work import Work
from counterfoil.rest.errors import as_wire

_SHOWN: Final = ("client_invoice", "quote", "credit_note")


def spliced(work: Work, body: str) -> str:
    """The answer `body`, "" for none, with its preview beside it. Called within the write, once it is done."""
    shown = json.loads(body) if body else {}
    preview = json.dumps(_preview(work, shown), ensure_ascii=False)
    return f'{body[:-1]},"preview":{preview}}}' if shown else f'{{"preview":{preview}}}'


def _preview(work: Work, shown: Mapping[str, Any]) -> dict[str, Any]:
    email, mailed = _email(work)
    name = next((name for name in _SHOWN if isinstance(shown.get(name), dict)), "")
    document = shown[name] if name else mailed
    faults: Sequence[Fault] = ()
    warnings = shown.get("warnings") or []
    number = document.get("number") or None
    if name == "client_invoice" and document["status"] == "draft":
        ready = client_invoices.prepared(work, client_invoices.get(work, document["id"]))
        faults, warnings = ready.errors, [*warnings, *(each for each in _wired(ready.warnings) if each not in warnings)]
        number = ready.number.number if ready.number else number
    return {
        "number": number,
        "vat": [_group(group) for group in document.get("vat_breakdown") or ()],
        "compliance": {"is_ready": not faults, "errors": _wired(faults), "warnings": warnings},
        "needs_approval": work.needs_approval,
        "email": email,
    }


def _email(work: Work) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The mail as it would go out now, and the document that it carries."""
    if not work.mails:
        return None, {}
    kind_name, document_id, asked = work.mails[-1]
    kind = KINDS[kind_name]
    row = kind.get(work, document_id)
    sheet = printing.sheet(work, kind, row, page_base=work.page_base)
    own = work.profile.email
    send_to: list[str] = list(asked["send_to"])
    is_copied = asked["copy_to_self"] and own and own.lower() not in {each.lower() for each in send_to}
    formats = document_files.formats(kind, row, has_own_pdf=uploads.used_by(work, row) is not None)
    beside = [document_files.stored(row, each, b"").file_name for each in formats if each.kind == "xrechnung"]
    told = {
        "to": send_to,
        "cc": [own] if is_copied else [],
        "subject": asked["email_title"],
        "body": asked.get("email_body") or printing.default_body(sheet, work.profile.legal_name),
        "attachments": [sheet.file_name, *beside[:1]],
    }
    return told, sheet.document


def _group(group: Mapping[str, Any]) -> dict[str, str]:
    rate = Decimal(group["vat_rate"])
    percent = format((rate * 100).normalize(), "f")
    return {
        "rate": group["vat_rate"],
        "percent": percent,
        "base": group["taxable_amount"]["value"],
        "vat": group["vat_amount"]["value"],
    }


def _wired(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    return [as_wire(fault) for fault in faults]
