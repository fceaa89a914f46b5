"""A letter with a document attached, as RFC 5322 bytes.

The header lines are written here and not by the standard library: some supported Python versions decode an encoded
word that stands in a value and write the line breaks inside it as real ones, which lets a subject add a Bcc. What goes
into a header is therefore refused when it could mean more than itself, and the finished bytes are read back by the
library's parsers and compared with what was meant before anyone gets to send them.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import collapse_rfc2231_value, format_datetime, getaddresses
from typing import NoReturn
from urllib.parse import quote

from counterfoil.domain.texts import one_line, without_controls
from counterfoil.errors import Invalid
from counterfoil.formats.mail_texts import html_part, language_of, text_part
from counterfoil.formats.mail_texts import link_label as label_for

_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*"
    r"@[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)*"
)
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+\-/=^_`{|}~]{1,120}@[A-Za-z0-9.\-]{1,120}>")
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+\-]{1,80}")
_LINK = re.compile(r"https?://[!-~]{1,2000}")
_PLAIN_FILE_NAME = re.compile(r"[A-Za-z0-9_(](?:[A-Za-z0-9 ._()+\-]*[A-Za-z0-9_)])?")
_HEADER_LINE = re.compile(rb"([A-Za-z][A-Za-z0-9\-]*):(?: |\Z)")
# 39 bytes are 52 in base64: with "Subject: " and the word's own 12 the line stays within the 76 of RFC 2047 §2.
_WORD_BYTES = 39
_PLAIN_CHARS = 60
_LINE_BYTES_MAX = 998  # RFC 5322 §2.1.1
FILE_NAME_BYTES_MAX = 240


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Who writes: `name` is shown and may be "", `address` is ASCII."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file in the letter; `content_type` in lower case, such as "application/pdf"."""

    file_name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What is meant: the finished bytes must read back as exactly this. `text` and `html` have "\\n" line ends."""

    sender: Mailbox
    recipients: tuple[str, ...]
    copy_to: str | None
    reply_to: str | None
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    message_id: str
    date: datetime
    language: str


def compose(
    *,
    sender: Mailbox,
    recipients: Sequence[str],
    copy_to: str | None,
    subject: str,
    body_text: str,
    link: str | None,
    link_label: str = "",
    attachment: Attachment | None,
    more: Sequence[Attachment] = (),
    message_id: str,
    date: datetime,
    locale: str,
    reply_to: str | None = None,
) -> bytes:
    """The letter's bytes, 7-bit with CRLF; the same arguments give the same bytes, so that a retry is the same letter.

    copy_to becomes Cc (left out when it is among the recipients: see `envelope`). link_label "" is the language's own.
    more: what is attached after `attachment`. date must know its zone. Raises Invalid naming the wire's field:
    `invalid_header_text`, `invalid_email`, and `mail_not_as_meant` when the bytes do not read back as what was asked.
    """
    language = language_of(locale)
    attachments = (*([attachment] if attachment else []), *more)
    _check_parts(sender, recipients, copy_to, reply_to, subject, attachments)
    body = _checked_body(body_text)
    label = _checked_link(link, link_label or label_for(language))
    if not _MESSAGE_ID.fullmatch(message_id) or date.tzinfo is None:
        raise ValueError("message_id must be <left@right> and date must know its zone")
    everyone = tuple(dict.fromkeys(recipients))
    letter = Letter(
        sender=sender,
        recipients=everyone,
        copy_to=copy_to if copy_to and len(envelope(everyone, copy_to)) > len(envelope(everyone, None)) else None,
        reply_to=reply_to,
        subject=subject,
        text=text_part(body, link, label),
        html=html_part(language, subject, body, link, label),
        attachments=attachments,
        message_id=message_id,
        date=date,
        language=language,
    )
    message = _written(letter)
    verify(message, letter)
    return message


def envelope(recipients: Sequence[str], copy_to: str | None) -> tuple[str, ...]:
    """The addresses to hand to the mail server, each once (case does not tell two apart), in the order given."""
    listed = [*recipients, copy_to] if copy_to else recipients
    return tuple({address.lower(): address for address in reversed(listed)}.values())[::-1]


def attachment_name(number: str, suffix: str = ".pdf") -> str:
    """A file name for a document of this number: what a name may not hold becomes "-", and it is cut when too long."""
    clean = re.sub(r'[\x00-\x1f\x7f-\x9f\u2028\u2029/\\:*?"<>|]+', "-", number).replace("=?", "-").strip(" .-")
    room = FILE_NAME_BYTES_MAX - len(suffix)
    return (clean.encode("utf-8", "ignore")[:room].decode("utf-8", "ignore") or "document") + suffix


# What may stand in a header


def check_header_text(field: str, text: str) -> None:
    """Raise Invalid `invalid_header_text` when `text` holds control characters, line breaks or "=?"."""
    try:
        one_line(text).encode("utf-8")
    except ValueError:
        raise Invalid(
            "invalid_header_text",
            f"{field} holds a control character or a line break",
            field=field,
            fix="send one line of plain text",
        ) from None
    if "=?" in text:
        raise Invalid(
            "invalid_header_text",
            f'{field} holds "=?", which mail programs read as an encoded word',
            field=field,
            fix='send the characters themselves, without "=?"',
        )


def check_address(field: str, address: str) -> None:
    """Raise Invalid when `address` is not one plain ASCII address: `invalid_header_text` or `invalid_email`."""
    check_header_text(field, address)
    if not _ADDRESS.fullmatch(address):
        raise Invalid(
            "invalid_email",
            f"{field} is not an e-mail address that can be written to",
            field=field,
            fix="send one address such as billing@example.com; an international domain in its xn-- form",
        )


def check_file_name(field: str, file_name: str) -> None:
    """Raise Invalid when this cannot be an attachment's name; `attachment_name` makes one that can."""
    check_header_text(field, file_name)
    if not file_name.strip() or re.search(r"[/\\]", file_name) or len(file_name.encode()) > FILE_NAME_BYTES_MAX:
        raise Invalid(
            "invalid_file_name",
            f"{field} is empty, longer than {FILE_NAME_BYTES_MAX} bytes or holds a path separator",
            field=field,
            fix="send a short file name without folders",
        )


def _check_parts(
    sender: Mailbox,
    recipients: Sequence[str],
    copy_to: str | None,
    reply_to: str | None,
    subject: str,
    attachments: Sequence[Attachment],
) -> None:
    check_header_text("sender/name", sender.name)
    check_address("sender/address", sender.address)
    if not recipients:
        raise Invalid("no_recipient", "nobody to write to", field="send_to", fix="send at least one address")
    for index, address in enumerate(recipients):
        check_address(f"send_to/{index}", address)
    for field, other in (("copy_to", copy_to), ("reply_to", reply_to)):
        if other:
            check_address(field, other)
    check_header_text("email_title", subject)
    for attachment in attachments:
        check_file_name("attachment/file_name", attachment.file_name)
        if not _CONTENT_TYPE.fullmatch(attachment.content_type):
            raise ValueError("content_type must be type/subtype in lower case")


def _checked_body(text: str) -> str:
    """`text` with "\\n" line ends only. Raises Invalid on other control characters."""
    try:
        without_controls(text).encode("utf-8")
    except ValueError:
        raise Invalid(
            "invalid_text", "email_body holds control characters", field="email_body", fix="send plain text"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _checked_link(link: str | None, label: str) -> str:
    if link is not None and not _LINK.fullmatch(link):
        raise Invalid("invalid_link", "the link is not an http or https address", fix="check the public URL")
    check_header_text("link_label", label)
    return label


# Bytes


def _written(letter: Letter) -> bytes:
    lines = [
        f"From: {_written_mailbox(letter.sender)}",
        "To: " + ",\r\n ".join(letter.recipients),
        *([f"Cc: {letter.copy_to}"] if letter.copy_to else []),
        *([f"Reply-To: {letter.reply_to}"] if letter.reply_to else []),
        f"Subject: {_written_text(letter.subject)}",
        f"Date: {format_datetime(letter.date)}",
        f"Message-ID: {letter.message_id}",
        f"Content-Language: {letter.language}",
        "MIME-Version: 1.0",
    ]
    # "=_" occurs in no quoted-printable line and "_" in no base64 line, so a boundary never stands in a part.
    mark = hashlib.sha256(letter.message_id.encode()).hexdigest()[:32]
    texts = _multipart(
        "alternative", f"=_a{mark}", [_written_part("plain", letter.text), _written_part("html", letter.html)]
    )
    whole = texts
    if letter.attachments:
        files = [_written_attachment(attachment) for attachment in letter.attachments]
        whole = _multipart("mixed", f"=_m{mark}", [texts, *files])
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + whole


def _multipart(subtype: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'.encode()
    mark = f"--{boundary}".encode()
    return head + b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _written_part(subtype: str, text: str) -> bytes:
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode() + binascii.b2a_qp(text.encode(), istext=True).replace(b"\n", b"\r\n")


def _written_attachment(attachment: Attachment) -> bytes:
    name = attachment.file_name
    parameter = f'filename="{name}"' if _PLAIN_FILE_NAME.fullmatch(name) else f"filename*=utf-8''{quote(name, safe='')}"
    head = (
        f"Content-Type: {attachment.content_type}\r\nContent-Disposition: attachment;\r\n {parameter}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + base64.encodebytes(attachment.data).replace(b"\n", b"\r\n")


def _written_mailbox(mailbox: Mailbox) -> str:
    if not mailbox.name:
        return mailbox.address
    if _is_plain(mailbox.name):
        quoted = mailbox.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{mailbox.address}>'
    return f"{_encoded_words(mailbox.name)}\r\n <{mailbox.address}>"


def _written_text(text: str) -> str:
    return text if _is_plain(text) else _encoded_words(text)


def _is_plain(text: str) -> bool:
    return text.isascii() and text == text.strip() and len(text) <= _PLAIN_CHARS


def _encoded_words(text: str) -> str:
    """RFC 2047 words, one a line; no character is cut in two."""
    words = [b""]
    for character in text:
        encoded = character.encode()
        if len(words[-1]) + len(encoded) > _WORD_BYTES:
            words.append(b"")
        words[-1] += encoded
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


# The finished bytes, read back


def verify(message: bytes, letter: Letter) -> None:
    """Raise Invalid `mail_not_as_meant` unless `message` reads back as `letter`, and as nothing more.

    Three readers must agree: our own look at the lines, and the library's older and newer parser.
    """
    names = _meant_names(letter)
    _verify_lines(message, names)
    older = BytesParser(policy=policy.compat32).parsebytes(message)
    newer = BytesParser(policy=policy.SMTP).parsebytes(message)
    if [name.lower() for name in older] != names or [name.lower() for name in newer] != names:
        _not_as_meant("header names")
    addresses = {"From": [letter.sender.address], "To": list(letter.recipients)}
    addresses |= {"Cc": [letter.copy_to]} if letter.copy_to else {}
    addresses |= {"Reply-To": [letter.reply_to]} if letter.reply_to else {}
    for name, meant in addresses.items():
        read_by_newer = [found.addr_spec for found in newer[name].addresses]
        if [address for _, address in getaddresses([_unfolded(older[name])])] != meant or read_by_newer != meant:
            _not_as_meant(name)
    if _decoded(getaddresses([_unfolded(older["From"])])[0][0]) != letter.sender.name:
        _not_as_meant("the sender's name")
    if _decoded(older["Subject"]) != letter.subject:
        _not_as_meant("Subject")
    exact = {"Date": format_datetime(letter.date), "Message-ID": letter.message_id, "Content-Language": letter.language}
    for name, text in exact.items():
        if older[name] != text:
            _not_as_meant(name)
    _verify_parts(older, letter)


def _meant_names(letter: Letter) -> list[str]:
    names = ["from", "to", "cc", "reply-to", "subject", "date", "message-id", "content-language", "mime-version"]
    absent = {"cc": letter.copy_to, "reply-to": letter.reply_to}
    return [name for name in names if absent.get(name, "") is not None] + ["content-type"]


def _verify_lines(message: bytes, names: Sequence[str]) -> None:
    """Only CRLF breaks lines, all is 7-bit, no line is too long, and the head has just these names in this order."""
    if not message.isascii() or b"\x00" in message:
        _not_as_meant("characters outside ASCII")
    lines = message.split(b"\r\n")
    if any(b"\r" in line or b"\n" in line or len(line) > _LINE_BYTES_MAX for line in lines):
        _not_as_meant("line ends")
    found: list[str] = []
    for line in lines[: lines.index(b"")] if b"" in lines else lines:
        if line.startswith((b" ", b"\t")) and found and line.strip():
            continue
        named = _HEADER_LINE.match(line)
        found.append(named[1].decode().lower() if named else "?")
    if found != list(names):
        _not_as_meant("header lines")


def _verify_parts(message: Message, letter: Letter) -> None:
    """The two texts and the attachments, in this order, with these headers, and nothing else beside them."""
    leaves = [part for part in message.walk() if not part.is_multipart()]
    text_names = ["content-type", "content-transfer-encoding"]
    file_names = ["content-type", "content-disposition", "content-transfer-encoding"]
    names = [text_names, text_names] + [file_names] * len(letter.attachments)
    if [[name.lower() for name in part] for part in leaves] != names:
        _not_as_meant("parts")
    if any(part.defects for part in message.walk()):
        _not_as_meant("form")
    for part, kind, text in zip(leaves[:2], ("text/plain", "text/html"), (letter.text, letter.html), strict=True):
        if part.get_content_type() != kind or _payload(part).replace(b"\r\n", b"\n") != text.encode():
            _not_as_meant(kind)
    for part, file in zip(leaves[2:], letter.attachments, strict=True):
        is_same = _payload(part) == file.data and part.get_content_type() == file.content_type
        if not is_same or _file_name(part) != file.file_name:
            _not_as_meant("attachment")


def _not_as_meant(what: str) -> NoReturn:
    raise Invalid(
        "mail_not_as_meant",
        f"the letter was not sent: its bytes do not read back as what was asked for ({what})",
        fix="look for unusual characters in the title, the names and the addresses",
    )


def _payload(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _unfolded(value: str) -> str:
    return re.sub(r"\r?\n(?=[ \t])", "", str(value))


def _decoded(value: str) -> str:
    """A header's text with its encoded words read; as it stands when they cannot be."""
    try:
        return str(make_header(decode_header(_unfolded(value))))
    except (HeaderParseError, UnicodeError, LookupError, ValueError):
        return _unfolded(value)


def _file_name(part: Message) -> str:
    name = part.get_param("filename", "", "content-disposition")
    return collapse_rfc2231_value(name) if name else ""


# Any letter, for showing


@dataclass(frozen=True, slots=True)
class ReadLetter:
    """A letter as read: every header decoded and in order, the first plain text, and what is attached."""

    headers: tuple[tuple[str, str], ...]
    text: str
    attachments: tuple[Attachment, ...]

    def header(self, name: str) -> str:
        """The first header of this name, "" when there is none."""
        return next((value for found, value in self.headers if found.lower() == name.lower()), "")


def read(message: bytes) -> ReadLetter:
    """Read any letter, also one cut short or not made by us; never fails on its form. HTML parts are left out."""
    parsed = BytesParser(policy=policy.compat32).parsebytes(message)
    leaves = [part for part in parsed.walk() if not part.is_multipart()]
    attached = [part for part in leaves if part.get_content_disposition() == "attachment"]
    plain = [part for part in leaves if part.get_content_type() == "text/plain" and part not in attached]
    return ReadLetter(
        headers=tuple((name, _decoded(value)) for name, value in parsed.items()),
        text=_text_of(plain[0]) if plain else "",
        attachments=tuple(Attachment(_file_name(part), part.get_content_type(), _payload(part)) for part in attached),
    )


def _text_of(part: Message) -> str:
    try:
        return _payload(part).decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")
    except LookupError:
        return _payload(part).decode("utf-8", "replace").replace("\r\n", "\n")
