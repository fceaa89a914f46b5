"""R9, its headers: nothing that is written in a field of a letter becomes a header or a recipient of it."""

from __future__ import annotations

import base64
import email
import email.policy
import random
from typing import Any

import pytest

from counterfoil.errors import Invalid
from counterfoil.formats import mail
from tests.formats.test_mail import FIELDS, HEADERS, PAYLOADS, _with
from tests.plugins.figures import Figure, chance

COUNT = 500
EVIL = "x@evil.example"
_INJECTED = (f"Bcc: {EVIL}", f"To: {EVIL}", f"Cc:{EVIL}", f"Reply-To: <{EVIL}>", "Content-Type: text/html", "X-Evil: 1")
_BREAKS = (
    "\r\n",
    "\n",
    "\r",
    "\r\n ",
    "\x0b",
    "\x0c",
    "\x85",
    "\u2028",
    "\u2029",
    "\x00",
    "%0d%0a",
    "\\r\\n",
    "&#13;&#10;",
)


def payloads(chances: random.Random, count: int) -> list[str]:
    """`count` different ones: breaks, encoded words of every charset and both encodings, folded and nested."""
    found = dict.fromkeys(PAYLOADS)
    while len(found) < count:
        inner = chances.choice(_BREAKS) + chances.choice(_INJECTED)
        charset = chances.choice(("utf-8", "UTF-8", "us-ascii", "iso-8859-1", "utf-16", "utf-7", "windows-1252", "x"))
        if chances.random() < 0.5:
            word = f"=?{charset}?b?{base64.b64encode(inner.encode()).decode()}?="
        else:
            word = f"=?{charset}?Q?{''.join(f'={ord(each) & 255:02X}' for each in inner)}?="
        shape = chances.choice(
            ("{}", "Invoice {}", "{} {}", '"{}"', "=?utf-8?q?{}?=", "{}\r\n {}", " {} <a@b.example>")
        )
        found[shape.format(*(chances.choice((word, inner)) for _ in range(2)))] = None
    return list(found)[:count] if count >= len(PAYLOADS) else chances.sample(list(found), count)


def headers(message: bytes, policy: Any) -> list[str]:
    return [name.lower() for name in email.message_from_bytes(message, policy=policy)]


def test_no_payload_adds_a_header_or_a_recipient(figure: Figure) -> None:
    # Given what is asked in each field of a letter
    allowed = {name.lower() for name in HEADERS} | {"reply-to", "cc"}
    for payload in payloads(chance("mail headers"), COUNT):
        for field in FIELDS:
            # When a letter is written with it
            try:
                message = mail.compose(**_with(field, payload))
            except Invalid:
                continue  # refused: the usual answer
            # Then the library's parsers, old and new, find no header that was not meant, and each of them once
            for policy in (email.policy.default, email.policy.compat32):
                found = headers(message, policy)
                assert set(found) <= allowed, (field, payload)
                assert len(found) == len(set(found)), (field, payload)
            head = message.split(b"\r\n\r\n", 1)[0].lower()
            for line in head.split(b"\r\n"):
                assert not line.startswith((b"bcc", b"x-evil")), (field, payload)
    figure("R9", f"payloads in each of {len(FIELDS)} fields of a letter", COUNT, "payloads", "0 headers of theirs")


def test_the_trick_that_python_falls_for_is_refused() -> None:
    """Some releases of Python write out what an encoded word hides: a line break, and a header behind it."""
    for field in ("subject", "sender_name"):
        with pytest.raises(Invalid) as refused:
            mail.compose(**_with(field, f"=?utf-8?q?=0d=0a?=Bcc: {EVIL}"))
        assert refused.value.code == "invalid_header_text"
