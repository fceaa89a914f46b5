from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.formats.page import Appearance, Kind
from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import Runner
from counterfoil.ports.mail import CatcherMailer
from counterfoil.ports.renderer import XmlNotEmbedded
from counterfoil.store import attachments, emails
from counterfoil.store.rows import AttachmentRow, EmailRow, JobRow
from tests.support.houses import Company, SteppingClock, new_company, open_house


@dataclass
class PlainRenderer:
    """Stands where the renderer's process would: quick, and fails as often as told. xml: what it was given last."""

    failures: int = 0
    takes_xml: bool = True
    made: list[dict[str, Any]] = field(default_factory=list)
    xml: bytes = b""

    def render(
        self, document: Mapping[str, Any], appearance: Appearance, kind: Kind = "client_invoice", xml: bytes = b""
    ) -> bytes:
        if xml and not self.takes_xml:
            raise XmlNotEmbedded("pdf_not_made", "The XML does not fit.")
        self.xml = xml
        self.made.append(dict(document))
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the renderer is out of order")
        return f"%PDF-1.7 {document['number']} {document.get('status', '')}".encode()

    def close(self) -> None: ...


@dataclass
class Workshop:
    """A company, and a runner of its jobs that only runs when told to."""

    company: Company
    clock: SteppingClock
    renderer: PlainRenderer
    tools: Tools

    def run(self, *kinds: str, after: timedelta = timedelta(seconds=1), **tools: Any) -> int:
        """Runs what is due `after` from now; how many jobs ran."""
        self.clock.jump(after)
        return Runner(replace(self.tools, **tools), kinds or ("render", "send_email")).drain()

    def jobs(self) -> list[JobRow]:
        with self.company.house.database.read() as conn:
            return [JobRow(*row) for row in conn.exec_driver_sql("SELECT * FROM jobs ORDER BY created_at")]

    def attachment(self, invoice_id: str) -> AttachmentRow | None:
        """The PDF that the document points to now."""
        attachment_id = json.loads(self.company.get(invoice_id).live).get("attachment_id")
        with self.company.read() as work:
            return attachments.get(work.conn, work.organization_id, attachment_id) if attachment_id else None

    def pdf(self, invoice_id: str) -> bytes:
        found = self.attachment(invoice_id)
        assert found is not None
        return self.tools.blobs.get(found.sha256)

    def email(self, invoice_id: str) -> EmailRow:
        with self.company.read() as work:
            return emails.of_document(work.conn, work.organization_id, invoice_id)[-1]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Workshop]:
    clock = SteppingClock()
    house: House = open_house(tmp_path / "data", clock)
    company = new_company(house, clock=clock)
    renderer = PlainRenderer()
    tools = Tools(
        works=house.works, blobs=house.blobs, renderer=renderer, mailer=CatcherMailer(tmp_path / "mail"),
        page_base="http://127.0.0.1:8642", is_public=False, is_mail_caught=True,
    )  # fmt: skip
    yield Workshop(company, clock, renderer, tools)
    house.close()
