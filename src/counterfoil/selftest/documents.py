"""Promises about documents: amounts that agree, and texts and files of strangers that reach nothing."""

from __future__ import annotations

import io
import re
import time
from decimal import Decimal
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pikepdf
from babel.numbers import format_currency
from lxml import etree

from counterfoil.domain.received_einvoice import NoEInvoice, Unreadable
from counterfoil.formats import read, xml_parser
from counterfoil.formats.page import Appearance
from counterfoil.ports.mail import CatcherMailer
from counterfoil.ports.render_child import sample
from counterfoil.ports.renderer import ChildRenderer
from counterfoil.selftest.ground import Ground, answered, need

INVOICES = 20
_DOCTYPES = (
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file://{canary}">]><a>&x;</a>',
    '<!DOCTYPE a SYSTEM "file://{canary}"><a/>',
    '<!DOCTYPE a [<!ENTITY % x SYSTEM "file://{canary}">%x;]><a/>',
    '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><a>&c;&c;&c;</a>',
    '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file://{canary}" parse="text"/></a>',
    '<?xml-stylesheet href="file://{canary}"?><a/>',
)
_HEADERS = ("a\r\nBcc: x@evil.example", "=?utf-8?q?=0d=0a?=Bcc: x@evil.example", "a\nX-Evil: 1", "a\x00b", "a\u2028b")
_TYPST = '#read("/etc/passwd") #import "@preview/x:1.0.0" <script>alert(1)</script> file:///etc/passwd'


def agree(ground: Ground) -> str:
    """R4: API, public page and the XML in the PDF."""
    with ground.http() as http:
        issued = [ground.issue(http, chance=ground.random)["id"] for _ in range(INVOICES)]
        for invoice_id in issued:
            invoice = ground.with_pdf(http, invoice_id)
            _adds_up(invoice)
            _is_on_page(invoice, http.get(invoice["invoice_url"]).text)
            _is_in_pdf(invoice, ground.file(http, invoice["attachment_id"]))
    return f"{INVOICES} invoices: API, page and the PDF's XML 0 cents apart"


def _adds_up(invoice: dict[str, Any]) -> None:
    lines = sum(Decimal(item["subtotal"]["value"]) for item in invoice["items"])
    vat = sum(Decimal(group["vat_amount"]["value"]) for group in invoice["vat_breakdown"])
    need(Decimal(invoice["total_amount"]["value"]) == lines + vat, "the API's amounts do not add up")


def _is_on_page(invoice: dict[str, Any], page: str) -> None:
    shown = format_currency(Decimal(invoice["total_amount"]["value"]), "EUR", locale=invoice["client"]["locale"])
    need(_packed(shown) in _packed(re.sub(r"<[^>]+>", "", page)), f"{shown} is not on the page")


def _packed(text: str) -> str:
    return "".join(text.replace("&nbsp;", " ").split())


def _is_in_pdf(invoice: dict[str, Any], pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        files = [each.get_file().read_bytes() for each in opened.attachments.values()]
    need(files, "the PDF carries no XML")
    root = etree.fromstring(files[0], xml_parser.hardened())
    for name, value in (("GrandTotalAmount", "total_amount"), ("DuePayableAmount", "amount_due")):
        found = [Decimal(each.text or "") for each in root.iter(f"{{*}}{name}")]
        need(found == [Decimal(invoice[value]["value"])], f"{name} in the PDF's XML is another amount")


def hostile_xml(ground: Ground) -> str:
    """R7: e-invoices with document types, entities and includes."""
    canary = ground.folder / "canary"
    canary.write_text("canary-4711")
    for text in _DOCTYPES:
        started = time.monotonic()
        try:
            found = repr(read.read(text.format(canary=canary).encode()))
        except (NoEInvoice, Unreadable) as error:
            found = repr(error)
        need("canary-4711" not in found, "an XML file read another file")
        need(time.monotonic() - started < 2, "an XML file took longer than two seconds")
    return f"{len(_DOCTYPES)} hostile files: none read anything"


def jailed(ground: Ground) -> str:
    """R8: what the renderer's process may do, and that texts which want more are printed as texts."""
    del ground  # it needs none of it
    renderer = ChildRenderer()
    try:
        document = sample("fr") | {"header": _TYPST, "footer": _TYPST}
        need(renderer.render(document, Appearance()).startswith(b"%PDF"), "a hostile text kept a PDF from being made")
        process = Path(f"/proc/{renderer.pid}")
        if not process.is_dir():
            return "hostile texts are printed as texts; the jail is looked at on Linux only"
        links = [str(each.readlink()) for each in (process / "fd").iterdir()]
        need(not any(link.startswith("socket:") for link in links), "the renderer holds a socket")
        status = (process / "status").read_text()
        need(re.search(r"NoNewPrivs:\s+1", status), "the renderer may gain privileges")
        own = Path("/proc/self/ns/net").readlink() == (process / "ns" / "net").readlink()
    finally:
        renderer.close()
    return f"0 sockets, no new privileges, {'no network of its own here' if own else 'a network of its own'}"


def mails(ground: Ground) -> str:
    """R9: titles that would be headers; sent means taken."""
    with ground.http() as http:
        invoice = ground.issue(http)
        ground.with_pdf(http, invoice["id"])
        path = f"/v2/client_invoices/{invoice['id']}"
        letter = {"send_to": ["a@client.example"], "copy_to_self": False}
        for title in _HEADERS:
            answer = http.post(f"{path}/send", json=letter | {"email_title": title})
            need(answer.status_code in (400, 422), f"the title {title!r} was taken")
        need(http.post(f"{path}/send", json=letter | {"email_title": "Facture"}).status_code in (200, 202, 204), "mail")
        until = time.monotonic() + 30
        while (told := _mails(http, path)) != ["sent"]:
            need(time.monotonic() < until, f"the mail is {told}")
            time.sleep(0.05)
    caught = CatcherMailer(ground.data / "mail")
    names = {name.lower() for each in caught.list() for name in message_from_bytes(caught.get(each))}
    need(caught.list(), "a mail is called sent that nobody took")
    need(not {"bcc", "x-evil"} & names, "a title became a header")
    return f"{len(_HEADERS)} titles with headers in them refused; sent is what was taken"


def _mails(http: Any, path: str) -> list[str]:
    return [mail["status"] for mail in answered(http.get(f"{path}/emails"))["emails"]]
