"""What the render job keeps of an issued document: its PDF and each e-invoice, all at once, and once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest

from counterfoil.domain.client import ClientFields
from counterfoil.domain.einvoice_formats import FACTURX, FATTURAPA, UBL, XRECHNUNG_UBL
from counterfoil.formats import einvoices, mail
from counterfoil.jobs import handlers
from counterfoil.operations import client_invoices, clients, document_files, mailing, uploads
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.document_files import ListedFile, NewDocumentFile
from counterfoil.operations.kinds import CLIENT_INVOICE, CREDIT_NOTE, QUOTE, Kind
from counterfoil.ports.mail import CatcherMailer
from counterfoil.ports.renderer import ChildRenderer
from counterfoil.store import document_files as store
from counterfoil.store import journal
from tests.jobs.conftest import Workshop
from tests.support import verapdf
from tests.support.houses import CLIENT, Company, new_company

LEITWEG_ID = "04011000-12345-34"
ITALIAN = {
    "legal_name": "Bottega Chiara S.r.l.", "legal_country": "IT", "legal_number": "00743110157",
    "vat_number": "IT00743110157", "tax_number": "00743110157", "address_line_1": "Via Roma 9",
    "address_zipcode": "20121", "address_city": "Milano", "address_province": "MI", "einvoicing_enabled": True,
}  # fmt: skip
ITALIAN_ITEM = {
    "title": "Progetto", "quantity": "2", "unit_price": {"value": "100.00", "currency": "EUR"}, "vat_rate": "0.22",
}  # fmt: skip
ITALIAN_CLIENT = {
    "locale": "it", "vat_number": "IT07643520567", "tax_identification_number": "07643520567",
    "recipient_code": "ABC1234",
    "billing_address": {
        "street_address": "Corso Italia 5", "zip_code": "70122", "city": "Bari", "province_code": "BA",
        "country_code": "IT",
    },
}  # fmt: skip


def files_of(workshop: Workshop, document_id: str, kind: Kind = CLIENT_INVOICE) -> list[ListedFile]:
    with workshop.company.read() as work:
        return document_files.of_document(work, kind, document_id)


def kinds_of(workshop: Workshop, document_id: str, kind: Kind = CLIENT_INVOICE) -> list[str]:
    return [file.kind for file in files_of(workshop, document_id, kind)]


def client(company: Company, **more: Any) -> str:
    with company.write() as work:
        return str(json.loads(clients.create(work, ClientFields.model_validate(CLIENT | more)))["id"])


def frozen(workshop: Workshop, invoice_id: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(workshop.company.get(invoice_id).frozen)
    return document


def test_an_issued_invoice_has_its_pdf_its_facturx_and_its_ubl(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    assert files_of(workshop, issued.id) == []
    workshop.run()

    pdf, facturx, ubl = files_of(workshop, issued.id)
    document = frozen(workshop, issued.id)

    assert (pdf.kind, facturx.kind, ubl.kind) == ("pdf", "facturx", "ubl")
    assert pdf.attachment == facturx.attachment == workshop.attachment(issued.id)
    assert workshop.renderer.xml == einvoices.xml_of(document, FACTURX)
    data = workshop.tools.blobs.get(ubl.attachment.sha256)
    assert data == einvoices.xml_of(document, UBL)
    assert (ubl.attachment.file_name, ubl.attachment.content_type) == ("F-2026-001-ubl.xml", "application/xml")
    assert (ubl.attachment.size, ubl.attachment.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_draft_and_a_quote_have_a_pdf_and_no_xml_in_it(workshop: Workshop) -> None:
    draft, quote = workshop.company.create(), workshop.company.quote()
    workshop.run()

    assert kinds_of(workshop, draft.id) == ["pdf"]
    assert kinds_of(workshop, quote.id, QUOTE) == ["pdf"]
    assert workshop.renderer.xml == b""


def test_a_credit_note_has_its_own(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    note = workshop.company.credit(issued.id)
    workshop.run()

    assert kinds_of(workshop, note.id, CREDIT_NOTE) == ["pdf", "facturx", "ubl"]


def test_a_buyer_with_a_reference_gets_an_xrechnung_and_the_mail_carries_it(workshop: Workshop) -> None:
    company = new_company(workshop.company.house, clock=workshop.clock, phone="+33 4 72 00 00 00")
    workshop = replace(workshop, company=company)
    public = client(company, buyer_reference=LEITWEG_ID, e_invoicing_format="xrechnung_ubl", e_invoicing_address=None)
    issued = company.create(status="unpaid", client_id=public)
    with company.write() as work:
        mailing.send(work, CLIENT_INVOICE, issued.id, mailing.SendRequest(send_to=["a@b.example"], email_title="Hi"))
    workshop.run()

    assert kinds_of(workshop, issued.id) == ["pdf", "facturx", "ubl", "xrechnung"]
    xml = einvoices.xml_of(frozen(workshop, issued.id), XRECHNUNG_UBL)
    assert LEITWEG_ID.encode() in xml
    catcher = workshop.tools.mailer
    assert isinstance(catcher, CatcherMailer)
    (name,) = catcher.list()
    letter = catcher.get(name)
    assert [(file.file_name, file.content_type) for file in mail.read(letter).attachments] == [
        ("F-2026-001.pdf", "application/pdf"), ("F-2026-001-xrechnung-ubl.xml", "application/xml"),
    ]  # fmt: skip
    assert mail.read(letter).attachments[1].data == xml


def test_an_italian_invoice_is_fatturapa_and_its_pdf_carries_nothing(workshop: Workshop) -> None:
    company = new_company(workshop.company.house, clock=workshop.clock, **ITALIAN)
    company.client_id = client(company, **ITALIAN_CLIENT)
    issued = company.create(status="unpaid", items=[ITALIAN_ITEM])
    workshop.run()

    with company.read() as work:
        pdf, fatturapa = document_files.of_document(work, CLIENT_INVOICE, issued.id)
    assert (pdf.kind, fatturapa.kind) == ("pdf", "fatturapa")
    assert workshop.renderer.xml == b""
    document = json.loads(company.get(issued.id).frozen)
    assert workshop.tools.blobs.get(fatturapa.attachment.sha256) == einvoices.xml_of(document, FATTURAPA)
    assert fatturapa.attachment.file_name.startswith("IT")


def test_an_uploaded_pdf_stays_as_it_is_and_has_its_ubl_beside_it(workshop: Workshop) -> None:
    data = b"%PDF-1.4 made elsewhere"
    file = StoredFile("mine.pdf", "application/pdf", len(data), workshop.tools.blobs.put(data))
    with workshop.company.write() as work:
        upload = uploads.create(work, file)
    issued = workshop.company.create(status="unpaid", upload_id=upload.id)
    workshop.run()

    assert kinds_of(workshop, issued.id) == ["pdf", "ubl"]
    assert workshop.pdf(issued.id) == data


def test_a_job_that_runs_twice_makes_nothing_anew(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    (job,) = workshop.jobs()
    handlers.render(workshop.tools, job, json.loads(job.payload))
    before = files_of(workshop, issued.id)
    handlers.render(workshop.tools, job, json.loads(job.payload))

    assert files_of(workshop, issued.id) == before
    assert len(workshop.renderer.made) == 1


def test_a_crash_before_the_commit_leaves_no_file_behind(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    issued = workshop.company.create(status="unpaid")
    with monkeypatch.context() as crash:
        crash.setattr(store, "put", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workshop.run()
    assert files_of(workshop, issued.id) == []
    assert workshop.attachment(issued.id) is None

    workshop.run(after=timedelta(minutes=6))
    assert kinds_of(workshop, issued.id) == ["pdf", "facturx", "ubl"]


def test_an_xml_that_cannot_be_made_costs_no_pdf_and_is_no_secret(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug in a writer: some seconds of trying, then the PDF without it; job, log and journal say so."""

    def broken(document: Any, fmt: Any) -> bytes:
        if fmt == UBL:
            return b"<ubl/>"
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(einvoices, "xml_of", broken)
    issued = workshop.company.create(status="unpaid")
    for tries in range(1, handlers.XML_ATTEMPTS):
        workshop.run(after=timedelta(seconds=5))
        assert workshop.attachment(issued.id) is None
        assert [job.attempts for job in workshop.jobs()] == [tries]
    workshop.run(after=timedelta(seconds=5))

    assert kinds_of(workshop, issued.id) == ["pdf", "ubl"]
    (job,) = workshop.jobs()
    assert job.is_dead
    assert "facturx: ZeroDivisionError: a bug" in job.error
    assert any(record.exc_info for record in caplog.records if issued.id in record.getMessage())
    with workshop.company.read() as work:
        told = journal.of_document(work.conn, work.organization_id, issued.id)
    assert ("einvoice_not_made", "job:render") in [event[:2] for event in told]


def test_an_xml_that_does_not_go_into_the_pdf_costs_no_pdf(workshop: Workshop) -> None:
    workshop.renderer.takes_xml = False
    issued = workshop.company.create(status="unpaid")
    for _ in range(handlers.XML_ATTEMPTS):
        assert workshop.attachment(issued.id) is None
        workshop.run(after=timedelta(seconds=5))

    assert kinds_of(workshop, issued.id) == ["pdf", "ubl"]
    assert "facturx: The XML does not fit." in workshop.jobs()[0].error


def test_a_document_of_before_lists_its_pdf_and_gets_other_files_on_request(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    workshop.run()
    with workshop.company.write() as work:
        work.conn.exec_driver_sql("DELETE FROM document_files")
    assert kinds_of(workshop, issued.id) == ["pdf"]

    wanted = NewDocumentFile(kind="ubl")
    with workshop.company.read() as work:
        made = document_files.make(work, CLIENT_INVOICE, issued.id, wanted)
    workshop.tools.blobs.put(made.data)
    with workshop.company.write() as work:
        document_files.keep(work, CLIENT_INVOICE, issued.id, wanted, made.file)

    assert kinds_of(workshop, issued.id) == ["pdf", "ubl"]
    assert made.data == einvoices.xml_of(frozen(workshop, issued.id), UBL)


def test_the_files_say_the_same_whatever_becomes_of_the_invoice(workshop: Workshop) -> None:
    issued = workshop.company.create(status="unpaid")
    workshop.run()
    before = files_of(workshop, issued.id)
    with workshop.company.write() as work:
        client_invoices.mark_as_paid(work, issued.id, None)
    workshop.company.credit(issued.id)
    workshop.run()

    assert files_of(workshop, issued.id) == before
    with workshop.company.read() as work:
        made = document_files.make(work, CLIENT_INVOICE, issued.id, NewDocumentFile(kind="ubl"))
    assert made.file.sha256 == before[2].attachment.sha256


def test_what_the_real_renderer_makes_is_pdfa_with_the_xml_in_it(workshop: Workshop) -> None:
    verapdf.need_verapdf()
    renderer = ChildRenderer(timeout_seconds=60)
    try:
        issued = workshop.company.create(status="unpaid", footer="]]></x:xmpmeta> <script> & é 発票")
        workshop.run(renderer=renderer)
    finally:
        renderer.close()
    pdf = workshop.pdf(issued.id)

    verapdf.assert_pdfa(pdf)
    attached = pypdf.PdfReader(BytesIO(pdf)).attachments["factur-x.xml"]
    assert attached == [einvoices.xml_of(frozen(workshop, issued.id), FACTURX)]
    assert len(pdf) <= 60_000
