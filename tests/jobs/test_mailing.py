"""A mail is called sent after the server's 250 and not before; what went wrong can be seen, and is tried again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from counterfoil.jobs import handlers, runner
from counterfoil.operations import mailing
from counterfoil.operations.kinds import CLIENT_INVOICE
from counterfoil.ports.mail import SmtpMailer
from tests.jobs.conftest import Workshop

REQUEST = mailing.SendRequest(send_to=["a@client.example"], email_title="Invoice", copy_to_self=False)


class Post:
    """A mail server that answers the next letters as told, then 250."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library calls it by this name
        if self.answers:
            return self.answers.pop(0)
        self.taken.append(bytes(envelope.content or b""))
        return "250 2.0.0 queued"


@pytest.fixture
def post() -> Iterator[tuple[Post, SmtpMailer]]:
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, SmtpMailer(f"smtp://127.0.0.1:{port}")
    controller.stop()


@pytest.fixture
def invoice_id(workshop: Workshop) -> str:
    """A finalized invoice that was asked to be sent."""
    issued = workshop.company.create(status="unpaid")
    with workshop.company.write() as work:
        mailing.send(work, CLIENT_INVOICE, issued.id, REQUEST)
    return issued.id


def test_the_letter_goes_with_the_pdf_and_is_sent_after_250(
    workshop: Workshop, invoice_id: str, post: tuple[Post, SmtpMailer]
) -> None:
    handler, mailer = post
    workshop.run("render")
    assert workshop.email(invoice_id).status == "queued"
    workshop.run("send_email", mailer=mailer)
    assert workshop.email(invoice_id).status == "sent"
    assert workshop.email(invoice_id).sent_at is not None
    (letter,) = handler.taken
    pdfs = [part for part in message_from_bytes(letter).walk() if part.get_content_type() == "application/pdf"]
    assert [part.get_payload(decode=True) for part in pdfs] == [workshop.pdf(invoice_id)]


def test_waiting_for_the_pdf_is_no_failure(workshop: Workshop, invoice_id: str, post: tuple[Post, SmtpMailer]) -> None:
    handler, mailer = post
    for _ in range(3):
        assert workshop.run("send_email", mailer=mailer) == 1
    (job,) = [job for job in workshop.jobs() if job.kind == "send_email"]
    assert (job.attempts, job.is_dead) == (0, 0)
    assert workshop.email(invoice_id).attempts == 0
    workshop.run("render")
    workshop.run("send_email", mailer=mailer)
    assert workshop.email(invoice_id).status == "sent"
    assert len(handler.taken) == 1


def test_a_clock_put_forward_does_not_fail_a_mail_whose_pdf_is_still_to_be_made(
    workshop: Workshop, invoice_id: str
) -> None:
    workshop.run("send_email", after=timedelta(days=30))
    assert workshop.email(invoice_id).status == "queued"
    workshop.run("render")
    workshop.run("send_email")
    assert workshop.email(invoice_id).status == "sent"


def test_a_pdf_that_never_comes_fails_the_mail_visibly(workshop: Workshop, invoice_id: str) -> None:
    workshop.renderer.failures = 1000
    for _ in range(runner.RENDER_ATTEMPTS):
        assert workshop.email(invoice_id).status == "queued"
        workshop.run("render", after=timedelta(hours=5))
        workshop.run("send_email")
    email = workshop.email(invoice_id)
    assert email.status == "failed"
    assert "PDF" in email.error


def test_a_server_that_is_busy_is_tried_again(
    workshop: Workshop, invoice_id: str, post: tuple[Post, SmtpMailer]
) -> None:
    handler, mailer = post
    handler.answers = ["451 4.3.0 try later"]
    workshop.run("render")
    workshop.run("send_email", mailer=mailer)
    waiting = workshop.email(invoice_id)
    assert (waiting.status, waiting.attempts) == ("queued", 1)
    assert "451" in waiting.error
    assert workshop.run("send_email", mailer=mailer, after=timedelta(seconds=1)) == 0
    assert workshop.run("send_email", mailer=mailer, after=timedelta(seconds=2)) == 1
    sent = workshop.email(invoice_id)
    assert (sent.status, sent.attempts, sent.error) == ("sent", 2, "")
    assert len(handler.taken) == 1


def test_a_server_that_is_away_is_tried_again(workshop: Workshop, invoice_id: str) -> None:
    workshop.run("render")
    workshop.run("send_email", mailer=SmtpMailer("smtp://127.0.0.1:9", timeout_seconds=1))
    assert workshop.email(invoice_id).status == "queued"
    assert workshop.email(invoice_id).error != ""
    workshop.run("send_email", after=timedelta(seconds=3))
    assert workshop.email(invoice_id).status == "sent"


def test_a_letter_refused_for_good_is_failed_and_not_tried_again(
    workshop: Workshop, invoice_id: str, post: tuple[Post, SmtpMailer]
) -> None:
    handler, mailer = post
    handler.answers = ["554 5.7.1 no thank you"]
    workshop.run("render")
    workshop.run("send_email", mailer=mailer)
    failed = workshop.email(invoice_id)
    assert failed.status == "failed"
    assert "554" in failed.error
    assert workshop.run("send_email", mailer=mailer, after=timedelta(days=2)) == 0
    assert handler.taken == []


def test_after_a_day_of_trying_it_is_failed(workshop: Workshop, invoice_id: str) -> None:
    workshop.run("render")
    away = SmtpMailer("smtp://127.0.0.1:9", timeout_seconds=1)
    for _ in range(handlers.MAIL_ATTEMPTS + 1):
        workshop.run("send_email", mailer=away, after=timedelta(hours=5))
    failed = workshop.email(invoice_id)
    assert (failed.status, failed.attempts) == ("failed", handlers.MAIL_ATTEMPTS)


def test_a_mail_already_sent_is_not_sent_again(
    workshop: Workshop, invoice_id: str, post: tuple[Post, SmtpMailer]
) -> None:
    handler, mailer = post
    workshop.run("render")
    (job,) = workshop.jobs()
    workshop.run("send_email", mailer=mailer)
    handlers.send_email(workshop.tools, job, {"email_id": workshop.email(invoice_id).id})
    assert len(handler.taken) == 1


def test_what_was_sent_stands_in_the_journal(workshop: Workshop, invoice_id: str) -> None:
    from counterfoil.store import journal

    workshop.run()
    workshop.run()
    with workshop.company.read() as work:
        types = [event[0] for event in journal.of_document(work.conn, workshop.company.id, invoice_id)]
    assert types == ["created_and_finalized", "send_requested", "changed", "email_sent"]  # changed: it has its PDF
