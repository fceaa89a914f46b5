"""attachment_id and invoice_url: made aside, there within a second, fetched without a key by a link that was signed."""

from __future__ import annotations

import time

import pytest

from tests.contract import schema
from tests.contract.schema import faults_of
from tests.support.server import Api, attached, expect

ATTACHMENT = schema.obj(
    {
        "id": schema.UUID, "created_at": schema.TIME, "file_name": schema.TEXT,
        "file_size": {"type": "string", "pattern": "^[0-9]+$"}, "file_content_type": schema.TEXT,
        "url": {"type": "string", "pattern": "^https?://"}, "probative_attachment": schema.obj(
            dict.fromkeys(("status", "file_name", "file_content_type", "file_size", "url"), schema.TEXT)
        ),
    }
)  # fmt: skip
WARM_UP_SECONDS = 30


@pytest.fixture(scope="module")
def warm(worker: Api) -> Api:
    """The server after its first PDF: starting the renderer for the first time takes longer than a document."""
    attached(worker, worker.issued(), seconds=WARM_UP_SECONDS)
    return worker


def download(api: Api, attachment_id: str) -> bytes:
    shown = expect(api.get(f"/attachments/{attachment_id}"), 200)["attachment"]
    assert faults_of(ATTACHMENT, shown) == []
    with api.server.http() as nobody:
        answer = nobody.get(shown["url"])
    assert answer.status_code == 200
    assert answer.headers["content-type"] == shown["file_content_type"] == "application/pdf"
    assert len(answer.content) == int(shown["file_size"])
    return answer.content


@pytest.mark.parametrize("status", ["draft", "unpaid"])
def test_the_pdf_is_there_within_a_second_of_create(warm: Api, status: str) -> None:
    made = warm.draft(status=status)
    assert "attachment_id" not in made
    found = attached(warm, made)
    assert faults_of(schema.INVOICE, found) == []
    assert download(warm, found["attachment_id"]).startswith(b"%PDF-")


def test_finalize_empties_it_until_the_final_pdf_is_made(warm: Api) -> None:
    draft = attached(warm, warm.draft())
    issued = warm.act(draft["id"], "finalize")
    assert "attachment_id" not in issued
    final = attached(warm, issued)
    assert final["attachment_id"] != draft["attachment_id"]
    assert download(warm, final["attachment_id"])
    assert warm.get(f"/attachments/{draft['attachment_id']}").status_code == 404


def test_a_deleted_draft_takes_its_pdf_with_it(warm: Api) -> None:
    draft = attached(warm, warm.draft())
    assert warm.delete(f"/client_invoices/{draft['id']}").status_code == 204
    assert warm.get(f"/attachments/{draft['attachment_id']}").status_code == 404


def test_an_invoice_paid_or_canceled_at_once_gets_its_pdf_all_the_same(warm: Api) -> None:
    paid, canceled = warm.issued(), warm.issued()
    warm.act(paid["id"], "mark_as_paid")
    warm.act(canceled["id"], "mark_as_canceled")
    for invoice in (paid, canceled):
        assert download(warm, attached(warm, invoice)["attachment_id"])


def test_a_changed_draft_gets_a_new_pdf(warm: Api) -> None:
    draft = attached(warm, warm.draft())
    expect(warm.patch(f"/client_invoices/{draft['id']}", {"header": "Nouveau"}), 200)
    deadline = time.monotonic() + 1
    while time.monotonic() < deadline:
        now = warm.invoice(draft["id"])
        if now.get("attachment_id") not in (None, draft["attachment_id"]):
            return
        time.sleep(0.02)
    pytest.fail("the draft kept its first PDF")


def test_payment_and_cancellation_keep_the_pdf(warm: Api) -> None:
    issued = attached(warm, warm.issued())
    assert warm.act(issued["id"], "mark_as_paid")["attachment_id"] == issued["attachment_id"]
    assert warm.act(issued["id"], "unmark_as_paid")["attachment_id"] == issued["attachment_id"]
    assert warm.act(issued["id"], "mark_as_canceled")["attachment_id"] == issued["attachment_id"]


def test_the_public_page_opens_without_a_key_once_issued_and_closes_when_canceled(warm: Api) -> None:
    draft = warm.draft()
    with warm.server.http() as nobody:
        assert nobody.get(draft["invoice_url"]).status_code == 404
        issued = warm.act(draft["id"], "finalize")
        assert issued["invoice_url"] == draft["invoice_url"]
        assert draft["id"] not in issued["invoice_url"]
        page = nobody.get(issued["invoice_url"])
        assert page.status_code == 200
        assert issued["number"] in page.text
        warm.act(draft["id"], "mark_as_canceled")
        assert nobody.get(issued["invoice_url"]).status_code == 410
