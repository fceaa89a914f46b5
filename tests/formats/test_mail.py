"""A letter says what it was asked to say, and nothing that is put into it can make it say more."""

from __future__ import annotations

import base64
import dataclasses
import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counterfoil.errors import Invalid
from counterfoil.formats import mail
from counterfoil.formats.mail import Attachment, Letter, Mailbox
from counterfoil.formats.mail_texts import LANGUAGES, default_body

PDF = b"%PDF-1.7\r\n\x00\xff" * 999
HEADERS = ["From", "To", "Cc", "Subject", "Date", "Message-ID", "Content-Language", "MIME-Version", "Content-Type"]


def _asked(**changes: Any) -> dict[str, Any]:
    return {
        "sender": Mailbox("Atelier Lumière", "billing@atelier.example"),
        "recipients": ["accounts@client.example"],
        "copy_to": "me@atelier.example",
        "subject": "Facture F-2026-001",
        "body_text": "Bonjour,\n\nVoici la facture.",
        "link": "https://bill.example/i/abc?x=1&y=2",
        "link_label": "",
        "attachment": Attachment("F-2026-001.pdf", "application/pdf", PDF),
        "message_id": "<019a.1@atelier.example>",
        "date": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        "locale": "fr",
    } | changes


def _parsed(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


# Given a plain invoice


def test_a_letter_carries_two_texts_and_the_pdf() -> None:
    message = mail.compose(**_asked())

    read = _parsed(message)
    kinds = [part.get_content_type() for part in read.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert list(read.keys()) == HEADERS
    assert read["From"].addresses[0].display_name == "Atelier Lumière"
    assert read["Date"].datetime == datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    file = next(iter(read.iter_attachments()))
    assert (file.get_filename(), file.get_content()) == ("F-2026-001.pdf", PDF)


def test_a_second_file_stands_after_the_first() -> None:
    xml = Attachment("F-2026-001-xrechnung.xml", "application/xml", "<a>é</a>".encode())

    read = mail.read(mail.compose(**_asked(more=(xml,))))

    assert read.attachments == (Attachment("F-2026-001.pdf", "application/pdf", PDF), xml)


def test_without_an_attachment_the_letter_is_the_two_texts() -> None:
    read = _parsed(mail.compose(**_asked(attachment=None)))
    assert [part.get_content_type() for part in read.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_the_same_letter_twice_is_the_same_bytes() -> None:
    assert mail.compose(**_asked()) == mail.compose(**_asked())


def test_the_bytes_are_seven_bit_lines_that_a_server_takes() -> None:
    message = mail.compose(**_asked(subject="é" * 500, body_text="x" * 5000 + "\n.\n..\nFrom here\nà"))
    assert message.isascii()
    assert max(len(line) for line in message.split(b"\r\n")) <= 78
    assert b"\n" not in message.replace(b"\r\n", b"")


def test_the_link_is_a_button_and_a_line_of_text() -> None:
    read = _parsed(mail.compose(**_asked()))
    page = read.get_body(("html",))
    assert page is not None
    assert mail.read(mail.compose(**_asked())).text.endswith("Voir la facture\nhttps://bill.example/i/abc?x=1&y=2\n")
    assert 'href="https://bill.example/i/abc?x=1&amp;y=2"' in page.get_content()
    assert '<html lang="fr">' in page.get_content()


def test_without_a_link_there_is_none() -> None:
    message = mail.compose(**_asked(link=None, body_text="Hello"))
    read = _parsed(message).get_body(("html",))
    assert read is not None
    assert "<a " not in read.get_content()
    assert mail.read(message).text == "Hello\n"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "ftp://x.example/", "https://a b", "https://x\r\n", 'https://é.example/"', "", "//x"],
)
def test_only_a_web_address_is_a_link(link: str) -> None:
    with pytest.raises(Invalid, match="http or https"):
        mail.compose(**_asked(link=link))


def test_html_in_the_body_is_text() -> None:
    message = mail.compose(**_asked(body_text='<script>alert(1)</script> & "x"\nline', subject="</title><b>"))
    page = _parsed(message).get_body(("html",))
    assert page is not None
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;<br>line" in page.get_content()
    assert "</title><b>" not in page.get_content()


def test_a_copy_to_a_recipient_is_not_sent_twice() -> None:
    message = mail.compose(**_asked(recipients=["a@x.example", "a@x.example"], copy_to="A@x.example"))
    assert _parsed(message)["Cc"] is None
    assert _parsed(message)["To"] == "a@x.example"
    assert mail.envelope(["a@x.example", "b@x.example", "a@x.example"], "B@X.example") == ("a@x.example", "b@x.example")


def test_answers_go_where_they_are_wanted() -> None:
    assert _parsed(mail.compose(**_asked(reply_to="owner@atelier.example")))["Reply-To"] == "owner@atelier.example"


def test_a_hundred_recipients_are_all_named() -> None:
    everyone = [f"person.number.{n}@department-{n}.client.example" for n in range(100)]
    read = _parsed(mail.compose(**_asked(recipients=everyone)))
    assert [address.addr_spec for address in read["To"].addresses] == everyone


@pytest.mark.parametrize("locale", ["fr", "en", "de", "it", "es", "fr-CA", "pt", ""])
def test_every_language_has_its_text(locale: str) -> None:
    body = default_body(locale, "F-{seller}", "O'Neil & {amount} <b>", "1.234,00\u00a0€", "31. März 2026")
    for part in ("F-{seller}", "O'Neil & {amount} <b>", "1.234,00\u00a0€", "31. März 2026"):
        assert part in body
    assert "31" not in default_body(locale, "F-1", "A", "1 €", "")
    mail.compose(**_asked(body_text=body, locale=locale))


def test_the_languages_differ() -> None:
    assert len({default_body(locale, "1", "2", "3", "4") for locale in LANGUAGES}) == 5
    assert default_body("pt", "1", "2", "3", "4") == default_body("en", "1", "2", "3", "4")


# Given text of any script

_printable = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cn"]), max_size=150).filter(
    lambda text: "=?" not in text
)


@settings(max_examples=150, deadline=None)
@given(subject=_printable, name=_printable, file_name=_printable, body=_printable)
def test_any_printable_text_comes_through_as_it_was(subject: str, name: str, file_name: str, body: str) -> None:
    file = Attachment(mail.attachment_name(file_name), "application/pdf", b"x")
    message = mail.compose(
        **_asked(subject=subject, sender=Mailbox(name, "a@b.example"), body_text=body, attachment=file)
    )
    assert list(_parsed(message).keys()) == HEADERS
    read = mail.read(message)
    assert read.header("Subject") == subject
    assert read.attachments[0].file_name == file.file_name
    assert read.text.startswith(body)


@pytest.mark.parametrize(
    "name",
    ["Dupont, Frères & Co. (Paris)", 'The "Best" \\ Shop', "مكتب", "株式会社" * 30, "👩‍💻", "a@b.example", " x "],
)
def test_unusual_names_come_through(name: str) -> None:
    read = _parsed(mail.compose(**_asked(sender=Mailbox(name, "a@b.example"))))
    assert read["From"].addresses[0].addr_spec == "a@b.example"
    assert len(read["From"].addresses) == 1


@pytest.mark.parametrize("number", ["2026/001", "..\\..\\x", "a\r\nb", "=?utf-8?q?x?=", "é" * 300, "", "...", 'a"b<c>'])
def test_any_number_makes_a_file_name(number: str) -> None:
    name = mail.attachment_name(number)
    mail.check_file_name("attachment/file_name", name)
    assert name.endswith(".pdf")
    assert len(name) > len(".pdf")


# Given somebody who tries to add a header

_BCC = "Bcc: evil@evil.example"
_BREAKS = [
    "\r\n", "\n", "\r", "\n\r", "\r\n ", "\r\n\t", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029",
    "\x00", "\x00\r\n", "\r\n\r\n", "\x7f\n", "\x08\r\n",
]  # fmt: skip
_WORDS = [
    f"=?utf-8?q?=0d=0a?={_BCC}",
    f"=?utf-8?q?=0a?={_BCC}",
    f"=?UTF-8?Q?=0D=0A?= {_BCC}",
    f"=?us-ascii?q?x=0d=0ay?=\t{_BCC}",
    f"=?utf-8?b?{base64.b64encode(b'x' + chr(13).encode() + chr(10).encode() + _BCC.encode()).decode()}?=",
    f"=?utf-8*en?q?=0d=0a{_BCC.replace(' ', '_')}?=",
    f"=?utf-7?q?+AA0ACg-{_BCC.replace(' ', '_')}?=",
    f"=?utf-16?b?{base64.b64encode((chr(10) + _BCC).encode('utf-16')).decode()}?=",
    f"=?unknown-8bit?q?=0d=0a?={_BCC}",
    f"a =?utf-8?q?=E2=80=A8?= {_BCC}",
    f"=?iso-8859-1?q?=85?={_BCC}",
    f"=?utf-8?q??={_BCC}",
    "=?utf-8?q?unfinished",
    "=?",
    "x=?=?x",
]
_TAILS = [_BCC, "To: evil@evil.example", "Content-Type: text/html\r\n\r\n<b>", "X: y\r\n" + _BCC]
PAYLOADS = [
    *[f"Invoice{line}{tail}" for line in _BREAKS for tail in _TAILS],
    *[f"{line}{_BCC}" for line in _BREAKS],
    *[f"{_BCC}{line}" for line in _BREAKS],
    *_WORDS,
    *[f"Invoice {word} end" for word in _WORDS],
]
FIELDS = ["subject", "sender_name", "sender_address", "recipient", "second_recipient", "copy_to", "reply_to", "file"]


def _with(field: str, text: str) -> dict[str, Any]:
    put = {
        "subject": {"subject": text},
        "sender_name": {"sender": Mailbox(text, "a@b.example")},
        "sender_address": {"sender": Mailbox("A", text)},
        "recipient": {"recipients": [text]},
        "second_recipient": {"recipients": ["ok@b.example", text]},
        "copy_to": {"copy_to": text},
        "reply_to": {"reply_to": text},
        "file": {"attachment": Attachment(text, "application/pdf", PDF)},
    }
    return _asked(**put[field])


def test_there_are_more_than_a_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) > 100


@pytest.mark.parametrize("field", FIELDS)
def test_a_payload_is_refused_in_every_field(field: str) -> None:
    for payload in PAYLOADS:
        with pytest.raises(Invalid) as refused:
            mail.compose(**_with(field, payload))
        assert refused.value.code == "invalid_header_text", payload
        assert refused.value.faults[0].field
        assert refused.value.faults[0].fix


@pytest.mark.parametrize("field", FIELDS)
def test_a_payload_inside_an_address_is_refused(field: str) -> None:
    for payload in PAYLOADS:
        with pytest.raises(Invalid):
            mail.compose(**_with(field, f"a{payload}@b.example"))


_header_bound = st.lists(
    st.sampled_from(["\r", "\n", "=", "?", "=?", "?=", "utf-8", "?q?", "=0d=0a", '"', "\\", "<", ">", ",", ";", ":",
                     "(", ")", "@", " ", "\t", "Bcc: x@y.example", "é", "\u2028", "'", "%0a", "\u202e", "a"]),
    max_size=12,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(field=st.sampled_from(FIELDS), text=_header_bound)
def test_what_is_accepted_adds_no_header(field: str, text: str) -> None:
    """Seen with the library's parsers, not with our own check."""
    try:
        message = mail.compose(**_with(field, text))
    except Invalid:
        return
    for policy in (email.policy.default, email.policy.compat32):
        names = email.message_from_bytes(message, policy=policy).keys()
        assert [name for name in names if name != "Reply-To"] == [
            name for name in HEADERS if name != "Cc" or "Cc" in names
        ]
    read = _parsed(message)
    named = {address.addr_spec for header in ("To", "Cc", "From") if read[header] for address in read[header].addresses}
    assert "x@y.example" not in named - {text}


@pytest.mark.parametrize(
    "address",
    ["", "a", "@b.example", "a@", "a@@b.example", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>",
     "A <a@b.example>", "a@b..example", ".a@b.example", "a.@b.example", "a..b@c.example", "é@b.example", "a@é.example",
     "a@-b.example", "a@b.example.", f"{'a' * 65}@b.example", f"a@{'b' * 253}", '"a"@b.example', "a@[127.0.0.1]",
     "a@b.example;c@d.example", "a(x)@b.example", "a@b.example "],
)  # fmt: skip
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid) as refused:
        mail.check_address("send_to/0", address)
    assert (refused.value.code, refused.value.faults[0].field) == ("invalid_email", "send_to/0")


@pytest.mark.parametrize("address", ["a@b.example", "a.b+c@x-y.example", "o'neil@b.example", "a@localhost", "A_1@1.de"])
def test_plain_addresses_are_taken(address: str) -> None:
    mail.check_address("send_to/0", address)
    assert _parsed(mail.compose(**_asked(recipients=[address])))["To"].addresses[0].addr_spec == address


@pytest.mark.parametrize("name", ["", "  ", "a/b.pdf", "..\\x.pdf", "x" * 241, "é" * 121])
def test_a_file_name_without_folders(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        mail.compose(**_asked(attachment=Attachment(name, "application/pdf", PDF)))
    assert refused.value.code == "invalid_file_name"


def test_lone_surrogates_and_controls_in_the_body_are_refused() -> None:
    for body in ("\ud800", "a\x00b", "a\x1bb"):
        with pytest.raises(Invalid) as refused:
            mail.compose(**_asked(body_text=body))
        assert refused.value.faults[0].field == "email_body"
    with pytest.raises(Invalid):
        mail.check_header_text("email_title", "\ud800")


def test_nobody_to_write_to_is_refused() -> None:
    with pytest.raises(Invalid, match="nobody"):
        mail.compose(**_asked(recipients=[]))


# Given bytes that are not what was meant: the last check must see it


def _letter() -> tuple[bytes, Letter]:
    asked = _asked(attachment=Attachment("é.pdf", "application/pdf", PDF))
    message = mail.compose(**asked)
    plain, page = (part.get_payload(decode=True) for part in list(_parsed(message).walk())[2:4])
    assert isinstance(plain, bytes)
    assert isinstance(page, bytes)
    letter = Letter(
        sender=asked["sender"],
        recipients=tuple(asked["recipients"]),
        copy_to=asked["copy_to"],
        reply_to=None,
        subject=asked["subject"],
        text=plain.decode().replace("\r\n", "\n"),
        html=page.decode().replace("\r\n", "\n"),
        attachments=(asked["attachment"],),
        message_id=asked["message_id"],
        date=asked["date"],
        language="fr",
    )
    return message, letter


def test_the_check_passes_what_was_meant() -> None:
    message, letter = _letter()
    mail.verify(message, letter)


@pytest.mark.parametrize(
    ("meant", "tampered"),
    [
        (b"\r\nSubject: ", b"\r\nBcc: evil@evil.example\r\nSubject: "),
        (b"\r\nSubject: ", b"\nBcc: evil@evil.example\r\nSubject: "),
        (b"\r\nSubject: ", b"\rBcc: evil@evil.example\r\nSubject: "),
        (b"\r\nSubject: ", b"\r\n\r\nSubject: "),
        (b"\r\nSubject: ", b"\r\n \r\nSubject: "),
        (b"\r\nSubject: ", b"\r\nbcc : evil@evil.example\r\nSubject: "),
        (b"Subject: Facture", b"Subject: Rechnung"),
        (b"Subject: Facture", b"Subject: =?utf-8?q?=0d=0aBcc:_x?= Facture"),
        (b"Subject: ", b"Comments: "),
        (b"To: accounts@client.example", b"To: evil@evil.example"),
        (b"To: accounts@client.example", b"To: accounts@client.example, evil@evil.example"),
        (b"To: accounts@client.example", b"To: accounts@client.example\r\nTo: evil@evil.example"),
        (b"To: accounts@client.example", b"To: evil@evil.example <accounts@client.example"),
        (b"Cc: me@atelier.example\r\n", b""),
        (b"Cc: me@atelier.example", b"Cc: evil@evil.example"),
        (b"<billing@atelier.example>", b"<evil@evil.example>"),
        (b"From: =?utf-8?b?", b"From: =?utf-8?b?QUJD?= =?utf-8?b?"),
        (b"Message-ID: <019a", b"Message-ID: <019b"),
        (b"Wed, 04 Mar", b"Wed, 05 Mar"),
        (b"Content-Language: fr", b"Content-Language: de"),
        (b"MIME-Version: 1.0\r\n", b""),
        (b"Voici", b"Voila"),
        (b"text/html", b"text/xhtml"),
        (b"%C3%A9.pdf", b"%C3%A8.pdf"),
        (b"application/pdf", b"application/zip"),
        (b"Content-Disposition: attachment;", b"X-Evil: 1\r\nContent-Disposition: attachment;"),
        (base64.b64encode(PDF)[:40], b"A" * 40),
        (b"Bonjour", b"Bonjo\xc3\xbbr"),
        (b"Bonjour", b"B" * 1000),
    ],
)
def test_the_check_sees_every_tampering(meant: bytes, tampered: bytes) -> None:
    message, letter = _letter()
    assert meant in message
    with pytest.raises(Invalid) as refused:
        mail.verify(message.replace(meant, tampered, 1), letter)
    assert refused.value.code == "mail_not_as_meant"


def test_the_check_sees_an_added_part() -> None:
    message, letter = _letter()
    close = message.rstrip().rsplit(b"\r\n", 1)[1]
    mark = close[:-2]
    added = message.replace(close, mark + b"\r\nContent-Type: text/html\r\n\r\n<b>\r\n" + close)
    with pytest.raises(Invalid, match="parts"):
        mail.verify(added, letter)


def test_the_check_sees_another_intent() -> None:
    message, letter = _letter()
    with pytest.raises(Invalid, match="header"):
        mail.verify(message, dataclasses.replace(letter, reply_to="a@b.example"))
    with pytest.raises(Invalid, match="name"):
        mail.verify(message, dataclasses.replace(letter, sender=Mailbox("Other", letter.sender.address)))


# Given any letter to show


@pytest.mark.parametrize(
    "message",
    [b"", b"\xff\xfe", b"Subject: =?x?b?!!!?=\r\n\r\n", b"Content-Type: text/plain; charset=no-such\r\n\r\n\xff",
     b"Content-Type: multipart/mixed\r\n\r\nx", b"Subject: =?utf-8?b?4oi?=\r\n\r\nx", b"From: \xe9\r\n\r\n",
     b"Content-Disposition: attachment; filename*=utf-8''%ff\r\n\r\nx",
     b"Content-Disposition: attachment; filename*=no-such''%ff\r\n\r\nx",
     b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!"],
)  # fmt: skip
def test_reading_never_fails_on_form(message: bytes) -> None:
    read = mail.read(message)
    assert read.header("Absent") == ""
