"""What a letter says where its sender wrote nothing: a text for each kind of document, and reminders of invoices."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from counterfoil.formats import mail
from counterfoil.formats.mail_texts import (
    LANGUAGES,
    Kind,
    default_body,
    default_subject,
    link_label,
    reminder_body,
    reminder_subject,
)

KINDS: tuple[Kind, ...] = get_args(Kind)
LOCALES = [*LANGUAGES, "fr-CA", "pt", ""]
SELLER = "O'Neil & {amount} <b>"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("locale", LOCALES)
def test_every_kind_has_its_text_in_every_language(locale: str, kind: Kind) -> None:
    # given a number and a name that look like places to fill in
    subject = default_subject(locale, "N-{seller}", SELLER, kind)
    # when a body is written
    body = default_body(locale, "N-{seller}", SELLER, "1.234,00\u00a0€", "31. März 2026", kind)
    # then all is there as it was given
    for part in ("N-{seller}", SELLER, "1.234,00\u00a0€", "31. März 2026"):
        assert part in body
    assert "N-{seller}" in subject
    assert SELLER in subject
    assert "31" not in default_body(locale, "N-1", "A", "1 €", "", kind)
    mail.check_header_text("email_title", subject)
    mail.check_header_text("link_label", link_label(locale, kind))


def test_kinds_and_languages_differ() -> None:
    bodies = {default_body(locale, "1", "2", "3", "4", kind) for locale in LANGUAGES for kind in KINDS}
    labels = {link_label(locale, kind) for locale in LANGUAGES for kind in KINDS}
    assert len(bodies) == len(labels) == len(LANGUAGES) * len(KINDS)
    assert default_subject("pt", "1", "2") == default_subject("en", "1", "2")


@pytest.mark.parametrize("days", [-365, -7, -1, 0, 1, 7, 365])
@pytest.mark.parametrize("locale", LOCALES)
def test_a_reminder_says_what_is_due_to_whom_and_when(locale: str, days: int) -> None:
    subject = reminder_subject(locale, "F-{due}", days=days)
    body = reminder_body(locale, "F-{due}", SELLER, "1.234,00\u00a0€", "31. März", days=days)
    for part in ("F-{due}", SELLER, "1.234,00\u00a0€", "31. März"):
        assert part in body
    assert "F-{due}" in subject
    assert re.findall("[0-9]+", body.replace("1.234,00", "").replace("31.", "")) == ([str(abs(days))] if days else [])
    assert "-" not in subject.replace("F-{due}", "")
    mail.check_header_text("email_title", subject)


@pytest.mark.parametrize("locale", LANGUAGES)
def test_before_on_and_after_are_three_reminders(locale: str) -> None:
    assert len({reminder_subject(locale, "1", days=days) for days in (-3, 0, 3)}) == 3
    assert len({reminder_body(locale, "1", "2", "3", "4", days=days) for days in (-3, 0, 3)}) == 3


@pytest.mark.parametrize(
    ("locale", "one", "two"),
    [("fr", "dans 1 jour,", "dans 2 jours,"), ("en", "in 1 day,", "in 2 days,"), ("de", "in 1 Tag,", "in 2 Tagen,"),
     ("it", "tra 1 giorno,", "tra 2 giorni,"), ("es", "de 1 día,", "de 2 días,")],
)  # fmt: skip
def test_one_day_is_not_several(locale: str, one: str, two: str) -> None:
    assert one in reminder_body(locale, "1", "2", "3", "4", days=-1)
    assert two in reminder_body(locale, "1", "2", "3", "4", days=-2)
