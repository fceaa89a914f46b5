"""What tests of e-invoicing's jobs share: a company with its way to an exchange, and a network that plays tricks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from counterfoil.domain.client_invoice import LiveClientInvoice
from counterfoil.errors import BillingError
from counterfoil.jobs import einvoicing as jobs
from counterfoil.operations import client_invoices, einvoicing
from counterfoil.ports.einvoice_network import Heard, NetworkEvent, Receipt, Status, Submission
from counterfoil.ports.local_einvoice_network import Behaviour, LocalNetwork
from counterfoil.store import einvoicing as rows
from counterfoil.store.einvoicing import SubmissionRow
from tests.jobs.conftest import Workshop

KINDS = ("render", *jobs.HANDLERS)
DELIVERED = [200, 201, 202, 203]


class PlainRenderer:
    """Stands where the renderer's process would, and is quick."""

    def render(self, document: Mapping[str, Any], *_more: Any, **_even_more: Any) -> bytes:
        return f"%PDF-1.7 {document['number']}".encode()

    def close(self) -> None: ...


@dataclass
class Post:
    """A company with its way to the exchange; nothing moves unless it is told to."""

    workshop: Workshop

    @property
    def exchange(self) -> LocalNetwork:
        network = self.workshop.company.house.einvoice_network
        assert network is not None
        return network

    def run(self, *, after: timedelta = timedelta(seconds=1), **tools: Any) -> int:
        usual: dict[str, Any] = {"einvoice_network": self.exchange, "renderer": PlainRenderer()}
        return self.workshop.run(*KINDS, after=after, **(usual | tools))

    def wait(self) -> None:
        """Lets some minutes pass in steps, as jobs come to be due."""
        for seconds in (1, 5, 15, 60, 240):
            self.run(after=timedelta(seconds=seconds))

    def tell(self, behaviour: str, **more: Any) -> None:
        self.exchange.tell(Behaviour.model_validate({"behaviour": behaviour, **more}))

    def send(self, invoice_id: str) -> None:
        with self.workshop.company.write() as work:
            einvoicing.send(work, invoice_id)

    def issued(self, **more: Any) -> str:
        return self.workshop.company.create(status="unpaid", **more).id

    def sent(self, **more: Any) -> str:
        invoice_id = self.issued(**more)
        self.send(invoice_id)
        return invoice_id

    def pay(self, invoice_id: str) -> None:
        with self.workshop.company.write() as work:
            client_invoices.mark_as_paid(work, invoice_id, None)

    def cancel(self, invoice_id: str) -> Any:
        with self.workshop.company.write() as work:
            return client_invoices.mark_as_canceled(work, invoice_id)

    def live(self, invoice_id: str) -> LiveClientInvoice:
        return LiveClientInvoice.model_validate_json(self.workshop.company.get(invoice_id).live)

    def codes(self, invoice_id: str) -> list[int]:
        return [event.status_code for event in self.live(invoice_id).einvoicing_lifecycle_events]

    def status(self, invoice_id: str) -> str:
        return self.live(invoice_id).einvoicing_status

    def submission(self, document_id: str) -> SubmissionRow:
        with self.workshop.company.read() as work:
            found = rows.latest(work.conn, work.organization_id, document_id)
        assert found is not None
        return found

    def outbox(self) -> list[dict[str, Any]]:
        """The manifests of what the exchange has."""
        return self.exchange.manifests()

    def told(self) -> list[dict[str, Any]]:
        """The statuses that the exchange was told."""
        root = self.workshop.company.house.settings.data / "outbox"
        return [json.loads(path.read_bytes()) for path in sorted(root.glob("*/*/status-*.json"))]


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(BillingError) as refused:
        act()
    return refused.value.code


def event(row: SubmissionRow, event_id: str, code: int, at: datetime) -> NetworkEvent:
    return NetworkEvent(event_id, row.tracking_id, code, "", "", at)


@dataclass
class Scripted:
    """Stands where a network would: says what it was given, and fails as told."""

    exchange: LocalNetwork
    events: Sequence[NetworkEvent] = ()
    failures: list[Exception] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    name: str = "local"
    is_simulated: bool = True

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)

    def submit(self, submission: Submission) -> Receipt:
        self._fail()
        return self.exchange.submit(submission)

    def poll(self, organization_id: str, since: str) -> Heard:
        self._fail()
        heard = self.exchange.poll(organization_id, since)
        return Heard([*heard.events, *self.events], heard.cursor)

    def send_status(self, status: Status) -> None:
        self._fail()
        self.statuses.append(status)
