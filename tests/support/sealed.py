"""A company with one of everything that the journal seals, its files made, in a house without a server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from counterfoil.app import House
from counterfoil.formats.page import Appearance, Kind
from counterfoil.jobs.handlers import Tools
from counterfoil.jobs.runner import Runner
from counterfoil.operations import client_invoices, quotes, uploads, verification
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.verification import Report
from counterfoil.ports.mail import CatcherMailer
from tests.support.houses import Company, SteppingClock, new_company
from tests.support.supplier_invoices import upload


class QuickRenderer:
    """Stands where the renderer's process would; the same document gives the same bytes."""

    def render(
        self, document: Mapping[str, Any], appearance: Appearance, kind: Kind = "client_invoice", xml: bytes = b""
    ) -> bytes:
        return f"%PDF-1.7 {kind} {document['number']} {document.get('status', '')}".encode() + xml

    def close(self) -> None: ...


def run_jobs(house: House, clock: SteppingClock, mail: Path) -> None:
    """Makes every document's files."""
    tools = Tools(
        works=house.works, blobs=house.blobs, renderer=QuickRenderer(), mailer=CatcherMailer(mail),
        page_base="http://127.0.0.1:8642", is_public=False, is_mail_caught=True,
    )  # fmt: skip
    clock.jump(clock.step * 60_000)
    Runner(tools, ("render", "send_email")).drain()


def sealed_company(house: House, clock: SteppingClock, mail: Path) -> Company:
    """Drafts, issued, paid, canceled and credited invoices, an answered quote, a supplier invoice and an upload."""
    company = new_company(house, clock=clock)
    company.create()
    made = [company.create(status="unpaid").id for _ in range(4)]
    with company.write() as work:
        client_invoices.mark_as_paid(work, made[0], None)
        client_invoices.mark_as_canceled(work, made[1])
    company.credit(made[2])
    company.quote()
    answered = company.quote()
    with company.write() as work:
        quotes.accept(work, answered, name="Ada", has_read_terms=True, seen_hash=quotes.document_hash(answered))
    upload(company, _stored(house, b"bill"))
    with company.write() as work:
        key = house.blobs.put(b"%PDF-1.7 own")
        uploads.create(work, StoredFile("eigene.pdf", "application/pdf", 12, key))
    run_jobs(house, clock, mail)
    return company


def _stored(house: House, data: bytes) -> str:
    house.blobs.put(data)
    return data.decode()


def verified(house: House, conn: Connection | None = None) -> Report:
    """What verify finds, on a connection of its own or on one that has changes of its own."""
    if conn is not None:
        return verification.verify(conn, house.blobs.get)
    with house.database.read() as own:
        return verification.verify(own, house.blobs.get)


def said(report: Report) -> str:
    """All that was found, in words."""
    return json.dumps([str(each) for each in report.findings], ensure_ascii=False)
