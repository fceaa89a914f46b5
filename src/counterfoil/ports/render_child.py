"""The renderer's child process: `python -I -m counterfoil.ports.render_child`. Documents in, PDFs out, over pipes.

It is asked with three messages, JSON {"document", "kind", "appearance"}, the logo's bytes, and the XML to put into the
PDF (none for no bytes), and answers with two, JSON {"ok", "error", "is_xml_at_fault", "rss"} and the PDF. rss is the
memory that the process holds, in bytes. Once ready it says so.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from counterfoil.ports import frames, jail

if TYPE_CHECKING:
    from counterfoil.formats.pdf import Typesetter


def main(arguments: list[str]) -> int:
    """Serves until its standard input ends. arguments: a template and its root to use in place of our own (tests)."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    jail.enter()
    memory = jail.Memory()
    typesetter = _loaded(arguments)
    jail.close_files()
    _send(answers, memory, {"ok": True}, b"")
    while (head := frames.read(requests)) is not None:
        logo, xml = frames.read(requests), frames.read(requests)
        if logo is None or xml is None:
            break
        _send(answers, memory, *_answered(typesetter, json.loads(head), logo, xml))
    return 0


def _answered(typesetter: Typesetter, request: dict[str, Any], logo: bytes, xml: bytes) -> tuple[dict[str, Any], bytes]:
    """The two messages of an answer: the process must outlive any one document."""
    is_typeset = False
    try:
        pdf = _pdf(typesetter, request, logo)
        is_typeset = True
        return {"ok": True}, _with_xml(pdf, request["document"], xml) if xml else pdf
    except Exception as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}", "is_xml_at_fault": is_typeset}, b""


def _loaded(arguments: list[str]) -> Typesetter:
    """A typesetter that has set a page in every language and font: what is read from disk is read by now."""
    from counterfoil.formats.pdf import Typesetter

    typesetter = Typesetter(Path(arguments[0]).read_bytes(), Path(arguments[1])) if arguments else Typesetter()
    for locale in ("fr", "en", "de", "it", "es"):
        document = sample(locale)
        pdf = _pdf(typesetter, {"document": document, "kind": "client_invoice", "appearance": {}}, b"")
        _with_xml(pdf, document, b"<a/>")
    return typesetter


def _pdf(typesetter: Typesetter, request: dict[str, Any], logo: bytes) -> bytes:
    from counterfoil.formats.page import Appearance

    return typesetter.pdf(request["document"], Appearance(logo=logo or None, **request["appearance"]), request["kind"])


def _with_xml(pdf: bytes, document: dict[str, Any], xml: bytes) -> bytes:
    from counterfoil.formats import facturx
    from counterfoil.formats.pdf import made_at

    return facturx.embed(pdf, xml, made_at(document))


def sample(locale: str) -> dict[str, Any]:
    """The least document that has an amount, a day, a rate, a country, a QR code and a letter of each font."""
    amount = {"value": "1234.50", "currency": "EUR"}
    item = {"title": "a ä अ ع ש", "quantity": "1.5", "unit_price": amount, "vat_rate": "0.2", "subtotal": amount}
    group = {"vat_rate": "0.2", "taxable_amount": amount, "vat_amount": amount}
    return {
        "status": "unpaid",
        "number": "1",
        "currency": "EUR",
        "issue_date": "2026-01-01",
        "client": {"locale": locale, "country_code": "DE"},
        "organization": {"legal_name": "a", "legal_country": "FR"},
        "items": [item],
        "vat_breakdown": [group],
        "payment_methods": [{"beneficiary_name": "a", "iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}],
        "tax_exclusive_amount": amount,
        "total_amount": amount,
        "amount_due": amount,
    }


def _send(answers: BinaryIO, memory: jail.Memory, head: dict[str, Any], pdf: bytes) -> None:
    head["rss"] = memory.held_bytes()
    answers.write(frames.packed(json.dumps(head).encode()) + frames.packed(pdf))
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
