"""Rows as values: what store functions hand upwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from counterfoil.domain.journal import GENESIS


class DocumentRow(Protocol):
    """What rows of every kind of document have in common; each kind's is a named tuple of its table's columns."""

    @property
    def organization_id(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def seq(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def client_id(self) -> str: ...
    @property
    def issue_date(self) -> str: ...
    @property
    def finalized_at(self) -> str | None: ...
    @property
    def public_token(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def frozen(self) -> str: ...
    @property
    def live(self) -> str: ...
    def _asdict(self) -> dict[str, Any]: ...


class InvoiceRow(NamedTuple):
    """One client invoice as stored. frozen, live: JSON object texts with disjoint keys.

    A tuple, for lists make a hundred at once: a frozen dataclass takes seven times as long.
    """

    organization_id: str
    id: str
    seq: int
    status: str
    imported: bool
    number: str | None
    client_id: str
    issue_date: str
    due_date: str
    total_amount_cents: int
    created_at: str
    updated_at: str
    finalized_at: str | None
    public_token: str
    version: int
    schema_version: int
    frozen: str
    live: str


class CreditNoteRow(NamedTuple):
    """One credit note as stored. It has one state for ever: `status` is always "issued"."""

    organization_id: str
    id: str
    seq: int
    status: str
    number: str | None
    client_id: str
    invoice_id: str
    issue_date: str
    total_amount_cents: int
    created_at: str
    updated_at: str
    finalized_at: str | None
    public_token: str
    version: int
    schema_version: int
    frozen: str
    live: str


class QuoteRow(NamedTuple):
    """One quote as stored. finalized_at: when it was accepted or declined, and so closed."""

    organization_id: str
    id: str
    seq: int
    status: str
    number: str | None
    client_id: str
    issue_date: str
    expiry_date: str
    is_sent: bool
    total_amount_cents: int
    created_at: str
    updated_at: str
    finalized_at: str | None
    public_token: str
    version: int
    schema_version: int
    frozen: str
    live: str


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    """One organization; `profile` is OrganizationProfile as JSON."""

    id: str
    slug: str
    profile: str
    seq_last: int
    created_at_last: str
    created_at: str
    updated_at: str
    journal_position: int = 0
    journal_hash: str = GENESIS


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """One stored file; `sha256` is also the blob's key; size in bytes."""

    organization_id: str
    id: str
    file_name: str
    content_type: str
    size: int
    sha256: str
    document_kind: str | None
    document_id: str | None
    created_at: str


@dataclass(frozen=True, slots=True)
class EmailRow:
    """One mail to send or sent; `request` is JSON."""

    organization_id: str
    id: str
    document_kind: str
    document_id: str
    status: str
    request: str
    attempts: int
    error: str
    created_at: str
    sent_at: str | None


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """One API key (`login` set) or bearer token. policy: an ApprovalPolicy as text; the rest: see the table."""

    secret_hash: str
    organization_id: str
    login: str | None
    name: str
    scopes: str
    created_at: str
    expires_at: str | None
    revoked_at: str | None
    id: str
    policy: str = "never"
    audience: str = ""
    member_id: str | None = None
    oauth_client_id: str | None = None
    family_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """One piece of work to do after a commit; payload is JSON."""

    id: str
    organization_id: str
    kind: str
    payload: str
    run_at: str
    attempts: int
    claimed_until: str | None
    error: str
    is_dead: bool
    created_at: str
    crashes: int = 0
    claimed_by: str | None = None


class SubscriptionRow(NamedTuple):
    """One webhook subscription; types: topics, space separated; secret: sealed."""

    organization_id: str
    id: str
    principal: str
    membership_id: str
    callback_url: str
    types: str
    secret: str
    description: str
    created_at: str
    updated_at: str


class DeliveryRow(NamedTuple):
    """One message to one subscription. body: what is sent, to the byte."""

    organization_id: str
    id: str
    subscription_id: str
    type: str
    event: str
    document_id: str
    status: str
    attempts: int
    response_status: int | None
    error: str
    created_at: str
    last_attempt_at: str | None
    next_attempt_at: str | None
    delivered_at: str | None
    body: str


class RecurringRow(NamedTuple):
    """One recurring invoice as stored. asked, terms: JSON; failure: JSON, "" when there is none."""

    organization_id: str
    id: str
    client_id: str
    status: str
    next_invoice_date: str | None
    next_period: int
    invoices_count: int
    last_invoice_id: str | None
    last_invoice_date: str | None
    retry_at: str | None
    failure: str
    created_at: str
    updated_at: str
    asked: str
    terms: str


class ApprovalRow(NamedTuple):
    """What a credential may do once a person says yes; see the table. acts, preview: JSON; body: as sent.

    A row is over when expires_at has come, whatever its state says.
    """

    organization_id: str
    id: str
    credential_id: str
    principal: str
    fingerprint: str
    acts: str
    method: str
    path: str
    body: str
    summary: str
    preview: str
    state: str
    created_at: str
    expires_at: str
    decided_at: str | None
    decided_by: str
    spent_at: str | None


class ReminderDayRow(NamedTuple):
    """One rule's reminder of one invoice. waits_for: its day, None once it is decided; outcome: sent, late or ""."""

    organization_id: str
    invoice_id: str
    days: int
    waits_for: str | None
    outcome: str
    email_id: str | None
