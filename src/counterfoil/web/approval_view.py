"""An approval, as a person is shown it: what would happen, to what, by whose wish; and the document itself.

Much of it was written by others: a program that asks, clients, suppliers. All of it is data here, which
templates escape; only the document's HTML comes ready, from the templates of the public pages, which escape too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from counterfoil.operations import credentials
from counterfoil.operations.work import Work
from counterfoil.store.rows import ApprovalRow
from counterfoil.web.people_texts import ApprovalTexts, ChangeTexts

if TYPE_CHECKING:
    from markupsafe import Markup

    from counterfoil.operations.credentials import Access

LONGEST_SHOWN = 20_000
_STDIO = "stdio"


@dataclass(frozen=True, slots=True)
class Item:
    """One approval in the queue. state: pending, approved, declined, spent or expired."""

    id: str
    state: str
    summary: str
    asked_by: str
    amount: str
    created: str
    expires: str
    left: str
    decided: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one act does to one thing: names of what changes, from what, to what; and what is for good."""

    summary: str
    facts: tuple[tuple[str, str, str], ...]
    for_good: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A document as its page shows it, in its own language; is_now: as it is, not as it would be."""

    html: Markup
    language: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Mail:
    """What would be mailed."""

    to: str
    copy_to: str
    subject: str
    body: str
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detail:
    """All of one approval. method, path, arguments: the call; is_ready: None where nobody looked at the rules."""

    item: Item
    access: Access | None
    changes: tuple[Change, ...]
    mail: Mail | None
    sheets: tuple[Sheet, ...]
    findings: tuple[str, ...]
    is_ready: bool | None
    method: str
    path: str
    arguments: str
    spent: str


def item(work: Work, row: ApprovalRow) -> Item:
    """The approval as a line of the queue."""
    return Item(
        id=row.id, state=state_of(row, work.timestamp), summary=row.summary, asked_by=_asked_by(row),
        amount=_amount(row), created=moment(work, row.created_at), expires=moment(work, row.expires_at),
        left=_left(work, row.expires_at), decided=moment(work, row.decided_at or ""), decided_by=row.decided_by,
    )  # fmt: skip


def state_of(row: ApprovalRow, now: str) -> str:
    """Where the approval stands: what ran out unused is over, whatever was answered."""
    return "expired" if row.state in ("pending", "approved") and row.expires_at <= now else row.state


def detail(work: Work, row: ApprovalRow) -> Detail:
    """The approval with the documents that it is about."""
    preview = _object(row.preview)
    tried = preview.get("preview")
    tried = tried if isinstance(tried, dict) else {}
    acts = [act for act in _list(row.acts) if isinstance(act, dict)]
    findings = tried.get("compliance")
    findings = findings if isinstance(findings, dict) else {}
    return Detail(
        item=item(work, row),
        access=credentials.who(work, row.credential_id),
        changes=tuple(_change(work, act, preview) for act in acts),
        mail=_mail(tried.get("email") or preview.get("email")),
        sheets=_sheets(work, acts, preview),
        findings=tuple(
            str(each.get("message") or each.get("detail") or "")
            for name in ("errors", "warnings") for each in findings.get(name) or () if isinstance(each, dict)
        ),
        is_ready=bool(findings["is_ready"]) if "is_ready" in findings and _is_issued(acts) else None,
        method=row.method, path=row.path, arguments=_pretty(row.body), spent=moment(work, row.spent_at or ""),
    )  # fmt: skip


def _is_issued(acts: list[dict[str, Any]]) -> bool:
    """Whether a document becomes one in law: only then the rules were looked at."""
    return any(act.get("act") in ("finalize", "create_as_unpaid", "credit_note") for act in acts)


def _change(work: Work, act: Mapping[str, Any], preview: Mapping[str, Any]) -> Change:
    kind, verb = str(act.get("kind") or ""), str(act.get("act") or "")
    before = _now(work, kind, str(act.get("document_id") or act.get("id") or ""))
    after = preview.get(kind)
    after = after if isinstance(after, dict) else {}
    facts = []
    if verb == "delete":
        facts.append(
            (ChangeTexts.status, str((before or {}).get("status") or "") or kind.replace("_", " "), ChangeTexts.deleted)
        )
    elif verb != "send" and after.get("status"):
        was = str(before["status"]) if before and before.get("status") else ChangeTexts.does_not_exist
        facts.append((ChangeTexts.status, was, str(after["status"])))
    number = _number(preview, after)
    if verb in ("finalize", "create_as_unpaid", "credit_note") and number:
        was = str((before or {}).get("number") or "") or ChangeTexts.none_yet
        facts.append((ChangeTexts.number, was, ChangeTexts.numbered.format(number=number)))
    return Change(str(act.get("summary") or ""), tuple(facts), ChangeTexts.for_good.get(verb, ""))


def _number(preview: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    tried = preview.get("preview")
    number = tried.get("number") if isinstance(tried, dict) else None
    return str(number or after.get("number") or "")


def _sheets(work: Work, acts: list[dict[str, Any]], preview: Mapping[str, Any]) -> tuple[Sheet, ...]:
    """Each document once: as it would be where the call said so, else as it is."""
    found: dict[str, Sheet] = {}
    for act in acts:
        kind = str(act.get("kind") or "")
        document_id = str(act.get("document_id") or act.get("id") or "")
        document, is_now = preview.get(kind), False
        if not isinstance(document, dict):
            document, is_now = _now(work, kind, document_id), True
        key = f"{kind} {(document or {}).get('id') or document_id}"
        if document and key not in found and (sheet := _sheet(work, kind, document, is_now=is_now)):
            found[key] = sheet
    return tuple(found.values())


def _sheet(work: Work, kind: str, document: dict[str, Any], *, is_now: bool) -> Sheet | None:
    """The document's HTML; None for a kind that has no page."""
    from markupsafe import Markup

    from counterfoil.formats.html_sheet import sheet
    from counterfoil.formats.page import Appearance
    from counterfoil.formats.wording import language_of

    if kind not in ("client_invoice", "credit_note", "quote"):
        return None
    profile = work.profile
    appearance = Appearance(accent_color=profile.accent_color, is_specimen=profile.is_specimen)
    try:
        text = sheet(document, appearance, kind, today=work.today)  # type: ignore[arg-type]  # one of the three
    except (KeyError, InvalidOperation):
        return None  # a preview of another shape: the summary and the call still tell
    return Sheet(Markup(text), language_of(document["client"].get("locale")), is_now)  # noqa: S704  # escaped by its own templates


def _now(work: Work, kind: str, document_id: str) -> dict[str, Any] | None:
    """The document as the API answers it now; None for one that is not there or has no page."""
    from counterfoil.operations.kinds import KINDS

    row = KINDS[kind].find(work, document_id) if kind in KINDS and document_id else None
    return KINDS[kind].document(work, row, "") if row else None


def _mail(said: object) -> Mail | None:
    if not isinstance(said, dict):
        return None
    return Mail(
        to=", ".join(map(str, said.get("to") or ())), copy_to=", ".join(map(str, said.get("cc") or ())),
        subject=str(said.get("subject") or ""), body=str(said.get("body") or "")[:LONGEST_SHOWN],
        attachments=tuple(map(str, said.get("attachments") or ())),
    )  # fmt: skip


def _asked_by(row: ApprovalRow) -> str:
    return ApprovalTexts.of_this_machine if row.credential_id == _STDIO else row.principal


def _amount(row: ApprovalRow) -> str:
    """The document's total in its own currency, as text; "" where there is none."""
    acts = [act for act in _list(row.acts) if isinstance(act, dict)]
    preview = _object(row.preview)
    for act in acts:
        document = preview.get(str(act.get("kind")))
        total = document.get("total_amount") if isinstance(document, dict) else None
        if isinstance(total, dict):
            return _money(str(total.get("value")), str(total.get("currency") or ""))
    amounts = [str(act["amount"]) for act in acts if act.get("amount") not in (None, "")]
    return _money(amounts[0], "EUR") if amounts else ""


def _money(value: str, currency: str) -> str:
    try:
        return f"{Decimal(value):,.2f} {currency}"
    except InvalidOperation:
        return ""


def moment(work: Work, text: str) -> str:
    """A stored time, on the organization's clock."""
    if not text:
        return ""
    local = datetime.fromisoformat(text).astimezone(ZoneInfo(work.profile.time_zone))
    return f"{local.day} {local:%B %Y, %H:%M}"


def _left(work: Work, expires_at: str) -> str:
    seconds = (datetime.fromisoformat(expires_at) - work.now).total_seconds()
    return ApprovalTexts.minutes.format(count=int(seconds // 60)) if seconds >= 60 else ApprovalTexts.moments


def _pretty(body: str) -> str:
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, indent=2) if body.strip() else ""
    except ValueError:
        text = body
    return text if text not in ("{}", "null") and len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN]


def _object(text: str) -> dict[str, Any]:
    found = _read(text)
    return found if isinstance(found, dict) else {}


def _list(text: str) -> list[Any]:
    found = _read(text)
    return found if isinstance(found, list) else []


def _read(text: str) -> object:
    try:
        found: object = json.loads(text) if text else None
    except ValueError:
        return None
    return found
