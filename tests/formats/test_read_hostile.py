"""Files that are meant to harm, and files that are merely broken: read to an answer, in bounded time and memory."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterfoil.domain.received_einvoice import Unreadable
from counterfoil.domain.supplier_reading import findings
from counterfoil.formats import cii, ubl
from counterfoil.formats.read import read
from tests.support.received import AN_INVOICE, SAMPLES, pdf_with, signed, signed_in_pieces

MB = 1024 * 1024
CII, UBL = cii.write(AN_INVOICE), ubl.write(AN_INVOICE)
FATTURA = (SAMPLES / "fatturapa-mcp-server_v12.xml").read_bytes()
_START, _END = b"<ram:IncludedSupplyChainTradeLineItem>", b"</ram:IncludedSupplyChainTradeLineItem>"
LINE = CII[CII.index(_START) : CII.index(_END) + len(_END)]


def within(text: bytes) -> bytes:
    """The invoice with `text` in the name of its line."""
    return CII.replace(b"Beratung", text)


def with_doctype(inner: bytes) -> bytes:
    return CII.replace(b"?>", b"?>\n<!-- x -->" + inner, 1)


@pytest.mark.parametrize(
    "content",
    [
        with_doctype(b"<!DOCTYPE a>"),
        with_doctype(b'<!DOCTYPE a [<!ENTITY b "x">]>'),
        with_doctype(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'),
        with_doctype(b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
        with_doctype(b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'),
        with_doctype(b"<!DOCTYPE a>").decode().encode("utf-16"),
        pdf_with(("factur-x.xml", with_doctype(b"<!DOCTYPE a>"))),
        signed(with_doctype(b"<!DOCTYPE a>")),
    ],
)
def test_a_document_type_is_refused_wherever_it_hides(content: bytes) -> None:
    with pytest.raises(Unreadable, match="document type") as refused:
        read(content)
    assert refused.value.code == "xml_with_document_type"


@pytest.mark.parametrize("entity", [b"&unknown;", b"&#0;", b"&#xD800;"])
def test_entities_that_nobody_defined_are_refused(entity: bytes) -> None:
    with pytest.raises(Unreadable):
        read(within(entity))


def test_a_page_in_a_text_stays_text() -> None:
    page = "<!DOCTYPE html><script>alert(1)</script>"
    for content in (within(f"<![CDATA[{page}]]>".encode()), within(page.replace("<", "&lt;").encode())):
        (found,) = findings(read(content))
        assert found.values["items"][0]["title"] == page


@pytest.mark.parametrize("depth", [100, 5_000, 500_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(Unreadable):
        read(within(b"<a>" * depth + b"</a>" * depth))


HUGE: dict[str, Callable[[], bytes]] = {
    "one long text": lambda: within(b"x" * 49 * MB),
    "five long texts": lambda: CII.replace(LINE, LINE.replace(b"Beratung", b"x" * 9 * MB) * 5),
    "small elements": lambda: within(b"<a/>" * 12 * MB),
    "small elements, just allowed": lambda: within(b"<a/>" * 990_000),
    "attributes": lambda: within(b"<a " + b" ".join(b'a%d=""' % n for n in range(900_000)) + b"/>"),
    "many lines": lambda: CII.replace(LINE, LINE * 35_000),
    "a long comment": lambda: b"<!--" + b"x" * 49 * MB + b"-->" + CII,
    "references": lambda: within(b"&#x41;" * 8 * MB),
    "larger still": lambda: within(b"x" * 60 * MB),
}


_QUICK = ("one long text", "small elements, just allowed", "many lines")


@pytest.mark.parametrize(
    "name", [each if each in _QUICK else pytest.param(each, marks=pytest.mark.long) for each in HUGE]
)
def test_fifty_megabytes_are_survived_quickly_and_in_bounded_memory(name: str) -> None:
    # Given a process of its own, so that its largest memory is what reading took
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        seconds, megabytes, code = pool.apply(_measured, (name,))
    # Then it has an answer. What is built is less than ten times what came in.
    assert code in ("", "xml_too_large", "xml_damaged")
    assert seconds < 10
    assert megabytes < 600


def _measured(name: str) -> tuple[float, float, str]:
    content = HUGE[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, code = time.process_time(), ""
    try:
        findings(read(content))
    except Unreadable as error:
        code = error.code
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return time.process_time() - began, (after - before) / 1024, code


def test_an_xml_that_unpacks_to_too_much_is_not_unpacked() -> None:
    content = pdf_with(("factur-x.xml", within(b"x" * 40 * MB)))
    assert len(content) < MB
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert refused.value.code == "xml_too_large"


@pytest.mark.parametrize(
    "content",
    [b"\x30\x80" * 2_000_000, b"\x30\x84\xff\xff\xff\xff", b"\x30\x80", b"\x30\x82" + b"\x24\x80" * 1_000_000,
     b"MII" + b"A" * 5_000_001],
    ids=["nested", "longer than it is", "open", "pieces", "base64"],
)  # fmt: skip
def test_a_signed_file_that_is_none_is_refused_soon(content: bytes) -> None:
    began = time.process_time()
    with pytest.raises(Unreadable):
        read(content)
    assert time.process_time() - began < 5


_KINDS = {
    "cii": CII, "ubl": UBL, "fatturapa": FATTURA, "signed": signed(FATTURA), "ber": signed_in_pieces(FATTURA),
    "pdf": pdf_with(("factur-x.xml", CII)), "old": (SAMPLES / "factur-x_zugferd_1.xml").read_bytes(),
}  # fmt: skip


@pytest.mark.parametrize("kind", _KINDS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_damaged_file_is_read_or_refused_but_never_a_crash(kind: str, data: st.DataObject) -> None:
    content = _damaged(_KINDS[kind], data)
    with contextlib.suppress(Unreadable):
        assert findings(read(content))


_PIECES = st.sampled_from(
    [b"", b"<", b">", b"&", b"<a>", b"</a>", b'"', b"\x00", b"\xff", b"-", b"99999999999999999999", b"1e5", b"0",
     b"EUR", b"20260230", b"<![CDATA[", b"\xe2\x80\xae"]
)  # fmt: skip


def _damaged(content: bytes, data: Any) -> bytes:
    """A few places of it cut out, doubled or written over."""
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        put = data.draw(_PIECES | st.binary(max_size=8) | st.just(content[at : at + length] * 2))
        content = content[:at] + put + content[at + length :]
    return content


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from([b"%PDF-1.7 /ObjStm\n", b"<", b"\x30\x80", b"\x30\x82\x01\x00", b"MIIA", b"\xff\xfe<\x00", b""]),
    st.binary(max_size=300),
)
def test_any_bytes_have_an_answer(start: bytes, rest: bytes) -> None:
    with pytest.raises(Unreadable):
        read(start + rest)
