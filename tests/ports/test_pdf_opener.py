"""PDFs of strangers are opened in a process of their own: it answers, is cut off, or dies, and we go on."""

from __future__ import annotations

import os
import sys
import time

import pytest

from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable
from counterfoil.formats.read import read
from counterfoil.ports.pdf_opener import embedded_xml
from tests.support import hostile_files
from tests.support.received import pdf_with


def wide_pdf() -> bytes:
    """Four megabytes that make a reader build seventy times as much: a catalogue with two million numbers."""
    numbers = b"[" + b"1 " * 2_000_000 + b"]"
    parts = [b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles " + numbers + b">>>>", b"<</Kids[]/Count 0>>"]
    return (
        b"%PDF-1.7\n"
        + b"".join(b"%d 0 obj%b endobj\n" % entry for entry in enumerate(parts, 1))
        + (b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n")
    )


def test_the_child_finds_what_this_process_would() -> None:
    assert embedded_xml(pdf_with(("b.csv", b"1,2"), ("factur-x.xml", b"<a>\xc3\xa9</a>"))) == b"<a>\xc3\xa9</a>"


def test_what_the_child_says_of_a_pdf_is_said_here() -> None:
    with pytest.raises(NoEInvoice):
        embedded_xml(pdf_with(("b.csv", b"1,2")))
    with pytest.raises(Unreadable, match="password") as refused:
        embedded_xml(pdf_with(("factur-x.xml", b"<a/>"), password="secret"))
    assert (refused.value.code, bool(refused.value.faults[0].fix)) == ("pdf_encrypted", True)


@pytest.mark.parametrize(
    "content",
    [wide_pdf(), hostile_files.pdf_with_stream(hostile_files.deflated(64 * 1024 * 1024)), b"%PDF-1.7 /ObjStm"],
    ids=["wide", "bomb", "nothing"],
)
def test_a_hostile_pdf_costs_a_child_and_nothing_else(content: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(Unreadable):
        embedded_xml(content)
    assert time.monotonic() - began < 30


def test_a_child_that_hangs_is_cut_off() -> None:
    hanging = (sys.executable, "-I", "-c", "import time; time.sleep(60)")
    with pytest.raises(Unreadable, match="took longer than"):
        embedded_xml(b"%PDF-", timeout_seconds=0.5, command=hanging)


def test_a_child_that_dies_is_told() -> None:
    with pytest.raises(Unreadable, match="ended over it"):
        embedded_xml(b"%PDF-", command=(sys.executable, "-I", "-c", "import os; os.abort()"))


def test_the_child_sees_neither_our_environment_nor_the_disk() -> None:
    look = (
        "import os, sys; from counterfoil.ports import pdf_child, jail; import counterfoil.formats.read_pdf as r; "
        "r.embedded_xml = lambda data: repr(sorted(os.environ)).encode() + data; sys.exit(pdf_child.main())"
    )
    os.environ["COUNTERFOIL_SECRET"] = "x"
    try:
        seen = embedded_xml(b" and no more", command=(sys.executable, "-I", "-c", look))
    finally:
        del os.environ["COUNTERFOIL_SECRET"]
    assert b"SECRET" not in seen
    assert seen.endswith(b" and no more")


def test_a_plain_pdf_needs_no_child() -> None:
    def never(_content: bytes) -> bytes:
        raise AssertionError("a child was started")

    with pytest.raises(NoEInvoice):
        read(hostile_files.PLAIN_PDF, embedded_xml=never)
