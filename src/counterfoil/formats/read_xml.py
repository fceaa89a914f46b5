"""The one parser for XML that others wrote: no document type, no entities, no network, and bounds on everything.

The size of what a parser builds is decided by the number of tags and attributes, not of bytes: both are counted before
anything is built, so that fifty megabytes cost no more than the invoice in them.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from lxml import etree

from counterfoil.domain.einvoice import Identifier
from counterfoil.domain.money import ZERO
from counterfoil.domain.received_einvoice import Unreadable
from counterfoil.formats import xml_parser

Element = etree._Element

BYTES_MAX: Final = 50 * 1024 * 1024
# An invoice of ten thousand lines has some 800,000; what is built of so many takes about 150 MB.
_TAGS_MAX: Final = 1_000_000
_QUOTES_MAX: Final = 2_000_000
_DEPTH_MAX: Final = 60
_TEXT_MAX: Final = 100_000  # of one term

# What invoices are written in. Anything else that a library would decode, such as UTF-7, only hides what is there.
_ENCODINGS: Final[Mapping[str, str]] = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1",
    "latin1": "latin-1", "latin-1": "latin-1", "iso-8859-15": "iso-8859-15", "windows-1252": "cp1252",
    "cp1252": "cp1252",
}  # fmt: skip
_BOMS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"""\A<\?xml[^>]{0,200}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_DECLARATION = re.compile(r"\A<\?xml\s[^>]{0,300}\?>")
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2}|T[0-9:.Z+-]{1,30})?")
_YEARS: Final = range(1970, 2200)
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (_DEPTH_MAX + 1)})")


def parse(content: bytes) -> Element:
    """The root of a document. Raises Unreadable when it is damaged, or larger or other than an invoice can be."""
    if len(content) > BYTES_MAX:
        raise _too_large(f"It is larger than {BYTES_MAX // 1024 // 1024} MB.")
    # In every encoding that is read these bytes are in these signs; in others' bytes too, which only counts more.
    if content.count(b"<") > _TAGS_MAX or content.count(b'"') + content.count(b"'") > _QUOTES_MAX:
        raise _too_large(f"It has more than {_TAGS_MAX} tags or attributes.")
    text = decoded(content)
    if _has_document_type(text):
        raise _with_document_type()
    try:
        root = etree.fromstring(text.encode(), xml_parser.hardened(is_data=True))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(
            "xml_damaged", f"The XML is damaged: {_cause(error)}.", fix="Ask the supplier to send the invoice again."
        ) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise _with_document_type()
    if _TOO_DEEP(root):
        raise Unreadable(
            "xml_too_deep", f"The XML is nested deeper than {_DEPTH_MAX}, which no e-invoice is.",
            fix="Ask the supplier to send the invoice again.",
        )  # fmt: skip
    return root


def is_xml(content: bytes) -> bool:
    """Whether it begins as XML does, in any of the encodings that are read."""
    start = content[:200]
    for bom in (BOM_UTF8, BOM_UTF16_LE, BOM_UTF16_BE):
        start = start.removeprefix(bom)
    return start.replace(b"\x00", b"").lstrip(b" \t\r\n").startswith(b"<")


def decoded(content: bytes) -> str:
    """The document without its declaration, whatever it is written in. Raises Unreadable."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    content = content.lstrip(b" \t\r\n") if encoding is None else content
    if encoding is None:
        encoding = _encoding_without_bom(content)
    try:
        text = content.decode(encoding).lstrip("\ufeff \t\r\n")
    except UnicodeDecodeError as error:
        raise Unreadable(
            "xml_damaged", f"The XML says that it is written in {encoding}, and at byte {error.start} it is not.",
            fix="Ask the supplier to send the invoice again, in UTF-8.",
        ) from None  # fmt: skip
    return _DECLARATION.sub("", text, count=1)


def _encoding_without_bom(content: bytes) -> str:
    if content.startswith(b"<\x00"):
        return "utf-16-le"
    if content.startswith(b"\x00<"):
        return "utf-16-be"
    declared = _DECLARED.match(content[:300])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if name not in _ENCODINGS:
        raise Unreadable(
            "xml_encoding", f"The XML is written in {name}, which is not read here.",
            fix="Ask the supplier to send the invoice in UTF-8.",
        )  # fmt: skip
    return _ENCODINGS[name]


def _has_document_type(text: str) -> bool:
    """Whether a document type declaration stands before the root, beyond comments and instructions."""
    at = 0
    while True:
        at = _after_space(text, at)
        if text.startswith("<!--", at):
            end, size = text.find("-->", at + 4), 3
        elif text.startswith("<?", at):
            end, size = text.find("?>", at + 2), 2
        else:
            return text.startswith("<!", at)
        if end < 0:
            return False
        at = end + size


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _too_large(problem: str) -> Unreadable:
    return Unreadable(
        "xml_too_large", f"The XML is larger than an invoice can be. {problem}",
        fix="Ask the supplier for an invoice with fewer lines, or without files in it.",
    )  # fmt: skip


def _with_document_type() -> Unreadable:
    return Unreadable(
        "xml_with_document_type",
        "The XML has a document type declaration. No e-invoice has one; entities come with it.",
        fix="Ask the supplier to send the invoice without <!DOCTYPE>.",
    )


def _cause(error: Exception) -> str:
    """The parser's own words, without what it quotes of the document."""
    message = str(error).splitlines()[0] if str(error) else type(error).__name__
    return message[:200].rstrip(".")


class Terms:
    """Finds terms by path, such as "ram:SellerTradeParty/ram:Name"; "." is the start, and None as start finds nothing.

    namespaces: by prefix; "" is for names without one, and "*" as namespace stands for any.
    """

    def __init__(self, namespaces: Mapping[str, str]) -> None:
        self._namespaces = namespaces
        self._tags: dict[str, tuple[str, ...]] = {}

    def one(self, start: Element | None, path: str) -> Element | None:
        """The first element at `path` by the first element at each of its steps."""
        for tag in self._steps(path):
            if start is None:
                return None
            start = next(start.iterchildren(tag), None)
        return start

    def all(self, start: Element | None, path: str) -> list[Element]:
        """Every element at the last step of `path`."""
        *before, last = self._steps(path)
        for tag in before:
            if start is None:
                return []
            start = next(start.iterchildren(tag), None)
        return [] if start is None else list(start.iterchildren(last))

    def text(self, start: Element | None, path: str) -> str:
        """The text at `path` without space around it; "" when it is not there."""
        return content(self.one(start, path))

    def number(self, start: Element | None, path: str) -> Decimal | None:
        """The number at `path`; None when it is not there or empty. Raises Unreadable."""
        return number(self.text(start, path), path)

    def amount(self, start: Element | None, path: str) -> Decimal:
        """The same, zero when it is not there."""
        found = self.number(start, path)
        return ZERO if found is None else found

    def needed(self, start: Element | None, path: str, what: str) -> str:
        """The text at `path`. Raises Unreadable when it is not there. what: as a person calls it."""
        found = self.text(start, path)
        if not found:
            raise missing(what)
        return found

    def day(self, start: Element | None, path: str) -> date | None:
        """The day at `path`, as ISO or without strokes; None when it is not there. Raises Unreadable."""
        return day(self.text(start, path), path)

    def _steps(self, path: str) -> tuple[str, ...]:
        steps = self._tags.get(path)
        if steps is None:
            steps = () if path == "." else tuple(self._tag(step) for step in path.split("/"))
            self._tags[path] = steps
        return steps

    def _tag(self, step: str) -> str:
        prefix, _, name = step.rpartition(":")
        return f"{{{self._namespaces[prefix]}}}{name}"


def content(element: Element | None) -> str:
    """An element's own text without space around it, cut at 100,000 characters; "" for None."""
    text = element.text if element is not None else None
    return text.strip()[:_TEXT_MAX] if text else ""


def identified(element: Element | None) -> Identifier | None:
    """An element's text as an identifier with its schemeID; None for None or an empty one."""
    value = content(element)
    return Identifier(value, element.get("schemeID", "")) if element is not None and value else None


def number(text: str, where: str) -> Decimal | None:
    """A number as XML writes it: None for "". Raises Unreadable for anything that is none."""
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unreadable(
            "einvoice_invalid_number", f"{_last(where)} is not a number: {text[:40]!r}.",
            fix="Ask the supplier to correct the invoice.",
        )  # fmt: skip
    return Decimal(text)


def day(text: str, where: str) -> date | None:
    """A day as XML writes it, with or without strokes, time and zone cut off: None for "". Raises Unreadable."""
    if not text:
        return None
    found = _DAY.fullmatch(text)
    try:
        if found and int(found[1]) in _YEARS:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    raise Unreadable(
        "einvoice_invalid_date", f"{_last(where)} is not a day: {text[:40]!r}.",
        fix="Ask the supplier to correct the invoice.",
    )  # fmt: skip


def missing(what: str) -> Unreadable:
    """The error for an invoice that lacks what every invoice has."""
    return Unreadable(
        "einvoice_incomplete", f"The e-invoice does not say its {what}.", fix="Ask the supplier to correct the invoice."
    )


def _last(where: str) -> str:
    return where.rsplit("/", 1)[-1].rsplit(":", 1)[-1]
