"""An e-invoicing network, as a port: what is submitted to it, what it says, and what is said to it.

A network takes a submission of one tracking id once, however often it is handed over, and the same of a status by its
event id. So whoever does not know whether a call arrived makes it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Transient(Exception):
    """Nobody knows whether it arrived, or it did not; the same call may work later."""


class Refused(Exception):
    """The network will not take it, now or later. reason: its code for why, "" when it gives none."""

    def __init__(self, message: str, *, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Submission:
    """An e-invoice to hand over. kind: of its file (facturx, …); tracking_id: ours, one a submission."""

    organization_id: str
    tracking_id: str
    document_kind: str
    document_id: str
    number: str
    kind: str
    file_name: str
    content_type: str
    sha256: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a network answers to a submission. flow_id: its own name for it."""

    flow_id: str


@dataclass(frozen=True, slots=True)
class NetworkEvent:
    """Something that a network says of a submission. event_id: always the same for the same event."""

    event_id: str
    tracking_id: str
    status_code: int
    reason: str
    reason_message: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """What was new. cursor: what the next question begins with."""

    events: Sequence[NetworkEvent]
    cursor: str


@dataclass(frozen=True, slots=True)
class Status:
    """Something that we say of a submission. amounts: (VAT rate as a fraction, amount with VAT, currency)."""

    organization_id: str
    tracking_id: str
    event_id: str
    status_code: int
    reason: str
    occurred_at: str
    amounts: Sequence[tuple[str, str, str]] = ()


class EinvoiceNetwork(Protocol):
    """A network. Every call raises Transient or Refused, and nothing else, when it fails.

    poll: what was said of an organization's submissions since the cursor of the last answer, "" at first; an event may
    come twice. is_simulated: nothing leaves this machine.
    """

    @property
    def name(self) -> str: ...
    @property
    def is_simulated(self) -> bool: ...
    def submit(self, submission: Submission) -> Receipt: ...
    def poll(self, organization_id: str, since: str) -> Heard: ...
    def send_status(self, status: Status) -> None: ...
