"""Puts documents together as operations do, without a store: rules first, then the number."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final, Literal

from counterfoil.domain import crediting, deposits, numbering, rules
from counterfoil.domain.client_invoice import DeductedDeposit, NewClientInvoice
from counterfoil.domain.credit_note import NewCreditNote
from counterfoil.domain.document import Identity, build_client_invoice
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.errors import Fault
from tests.corpus.parties import account_of

Document = dict[str, Any]
CLIENT_ID: Final = "00000000-0000-7000-8000-00000000b0b0"
_MOMENT: Final = "2026-11-02T09:00:00.000Z"


class Refused(AssertionError):
    """The product refuses a document that ought to be issued: either it was asked for wrongly, or a rule is wrong."""


def new_invoice(body: Mapping[str, Any]) -> NewClientInvoice:
    """What a body of the API asks for."""
    return NewClientInvoice.model_validate_json(json.dumps({"client_id": CLIENT_ID, "currency": "EUR", **body}))


def invoice(
    new: NewClientInvoice,
    profile: OrganizationProfile,
    client: Mapping[str, Any],
    sequence: int,
    deducted: Sequence[DeductedDeposit] = (),
) -> Document:
    """The `sequence`-th invoice of its year, as JSON. Raises Refused with every fault."""
    _refuse(rules.write_faults(new, profile))
    frozen = build_client_invoice(
        new,
        _identity(profile, f"00000000-0000-7000-8000-{sequence:012d}"),
        profile=profile,
        client=client,
        account=account_of(profile.legal_country),
        deposits=deducted,
    )
    deposits.refuse_excess(frozen)
    _refuse(rules.finalize_faults(frozen.model_dump(mode="json"), profile)[0])
    return _numbered("client_invoice", frozen.model_dump(mode="json"), new.issue_date, sequence)


def credit_note(body: Mapping[str, Any], invoice: Document, profile: OrganizationProfile, sequence: int) -> Document:
    """The credit note that `body` asks for over `invoice`, as JSON. Raises Refused, or Invalid for too much."""
    asked = {"currency": "EUR", "invoice_id": invoice["id"], **body}
    new = NewCreditNote.model_validate_json(json.dumps(asked))
    left = crediting.creditable(invoice, [])
    lines = crediting.lines_of(new, left)
    seller = crediting.seller_of(invoice, profile)
    written = crediting.written(new, lines, invoice)
    _refuse(rules.credit_faults(written, seller) or list(crediting.rate_faults(left, written.items)))
    identity = _identity(profile, f"00000000-0000-7000-9000-{sequence:012d}", number="")
    frozen = crediting.build_credit_note(new, written, identity, invoice=invoice, seller=seller, sums=lines.sums)
    crediting.refuse_excess(left, frozen, is_split=lines.sums is not None)
    _refuse(rules.credit_note_faults(frozen.model_dump(mode="json"), profile)[0])
    return _numbered("credit_note", frozen.model_dump(mode="json"), new.issue_date, sequence)


def _identity(profile: OrganizationProfile, identity: str, number: str | None = None) -> Identity:
    return Identity(
        id=identity,
        organization_id=account_of(profile.legal_country).id,
        created_at=_MOMENT,
        number=number,
        finalized_at=_MOMENT,
    )


def _numbered(
    kind: Literal["client_invoice", "credit_note"], document: Document, issue_date: date, sequence: int
) -> Document:
    return document | {"number": document["number"] or numbering.number(kind, issue_date.year, sequence)}


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise Refused("; ".join(f"{fault.rule or fault.code} at {fault.field}: {fault.message}" for fault in faults))
