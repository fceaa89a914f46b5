from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest

from counterfoil.app import House
from counterfoil.domain.client_invoice import ClientInvoiceChange
from counterfoil.jobs import handlers, runner
from counterfoil.operations import attachments, client_invoices
from counterfoil.settings import Settings
from tests.jobs.conftest import Workshop
from tests.support import databases
from tests.support.houses import Company, new_company


def attachment_count(company: Company) -> int:
    with company.read() as work:
        return int(work.conn.exec_driver_sql("SELECT count(*) FROM attachments").scalar_one())


def test_a_draft_gets_its_proforma(workshop: Workshop) -> None:
    draft = workshop.company.create()
    workshop.run()
    assert workshop.pdf(draft.id) == b"%PDF-1.7 F-2026-001-PROFORMA draft"
    assert workshop.jobs() == []


def test_finalize_empties_the_attachment_until_the_final_pdf_is_made(workshop: Workshop) -> None:
    draft = workshop.company.create()
    workshop.run()
    workshop.company.finalize(draft.id)
    assert workshop.attachment(draft.id) is None
    workshop.run()
    assert workshop.pdf(draft.id) == b"%PDF-1.7 F-2026-001 unpaid"


def test_a_draft_finalized_at_once_is_rendered_once(workshop: Workshop) -> None:
    draft = workshop.company.create()
    workshop.company.finalize(draft.id)
    workshop.run()
    assert [document["status"] for document in workshop.renderer.made] == ["unpaid"]


def test_a_changed_draft_gets_a_new_pdf_in_place_of_the_old(workshop: Workshop) -> None:
    draft = workshop.company.create()
    workshop.run()
    old = workshop.attachment(draft.id)
    with workshop.company.write() as work:
        client_invoices.update(work, draft.id, ClientInvoiceChange(header="new"))
    workshop.run()
    new = workshop.attachment(draft.id)
    assert old is not None
    assert new is not None
    assert new.id != old.id
    assert attachment_count(workshop.company) == 1


def test_a_handler_that_runs_twice_leaves_one_pdf(workshop: Workshop) -> None:
    draft = workshop.company.create()
    (job,) = workshop.jobs()
    for _ in range(2):
        handlers.render(workshop.tools, job, json.loads(job.payload))
    assert workshop.pdf(draft.id).startswith(b"%PDF")
    assert attachment_count(workshop.company) == 1


def test_a_crash_between_the_pdf_and_its_commit_renders_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = workshop.company.create()
    with monkeypatch.context() as crash:
        crash.setattr(attachments, "create", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            workshop.run()
    assert workshop.attachment(draft.id) is None
    assert attachment_count(workshop.company) == 0
    workshop.run()
    assert workshop.pdf(draft.id).startswith(b"%PDF")
    assert len(workshop.renderer.made) == 2


def test_a_change_while_its_pdf_is_made_wins(workshop: Workshop) -> None:
    """The job of the older version ends after the newer one was enqueued: it must neither attach nor remove it."""
    draft = workshop.company.create()
    (older,) = workshop.jobs()
    inner = workshop.renderer.render

    def render_slowly(document, appearance, kind, xml):
        workshop.renderer.render = inner
        workshop.company.finalize(draft.id)
        return inner(document, appearance, kind, xml)

    workshop.renderer.render = render_slowly
    handlers.render(workshop.tools, older, json.loads(older.payload))
    assert workshop.attachment(draft.id) is None
    workshop.run()
    assert workshop.pdf(draft.id) == b"%PDF-1.7 F-2026-001 unpaid"


def test_a_document_deleted_meanwhile_is_no_error(workshop: Workshop) -> None:
    draft = workshop.company.create()
    with workshop.company.write() as work:
        client_invoices.delete(work, draft.id)
    workshop.run()
    assert workshop.jobs() == []
    assert workshop.renderer.made == []


def test_a_failure_is_tried_again_after_growing_pauses(workshop: Workshop) -> None:
    draft = workshop.company.create()
    workshop.renderer.failures = 2
    workshop.run()
    (job,) = workshop.jobs()
    assert (job.attempts, job.is_dead) == (1, 0)
    assert "out of order" in job.error
    assert workshop.run(after=timedelta(seconds=1)) == 0
    assert workshop.run(after=timedelta(seconds=2)) == 1
    assert workshop.run(after=timedelta(seconds=3)) == 0
    assert workshop.run(after=timedelta(seconds=2)) == 1
    assert workshop.pdf(draft.id).startswith(b"%PDF")


def test_what_never_works_is_laid_aside_and_says_why(workshop: Workshop) -> None:
    workshop.company.create()
    workshop.renderer.failures = 1000
    for _ in range(runner.RENDER_ATTEMPTS + 2):
        workshop.run(after=timedelta(hours=5))
    (job,) = workshop.jobs()
    assert job.is_dead
    assert job.attempts == runner.RENDER_ATTEMPTS == len(workshop.renderer.made)


def test_the_pdf_is_there_within_a_second_of_create_and_of_finalize(tmp_path) -> None:
    """With the real renderer, warm, and a machine that does other things too: the best of five tries."""
    house = House(Settings(data=tmp_path, **databases.settings_of(tmp_path)), runs_jobs=True)
    try:
        company = new_company(house)
        house.start_jobs()
        waited_for(company, company.create().id)  # the renderer's process starts with the first
        drafted, finalized = [], []
        for _ in range(5):
            draft = company.create()
            drafted.append(waited_for(company, draft.id))
            company.finalize(draft.id)
            finalized.append(waited_for(company, draft.id))
        assert min(drafted) <= 1, drafted
        assert min(finalized) <= 1, finalized
    finally:
        house.close()


def waited_for(company: Company, invoice_id: str) -> float:
    """Seconds until the invoice has its PDF."""
    start = time.monotonic()
    while "attachment_id" not in json.loads(company.get(invoice_id).live):
        assert time.monotonic() - start < 60, "no PDF came"
        time.sleep(0.005)
    return time.monotonic() - start
