"""Printing: a PDF from the renderer's child process, with and without its e-invoice, against typst alone with the same
template, fonts and data.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import typst

from bench import dataset
from bench.client import Client, request
from bench.measure import Result, Step, interleaved, time_result
from bench.processes import counterfoil
from counterfoil.domain.einvoice_formats import FACTURX
from counterfoil.formats import einvoices, pdf
from counterfoil.formats.fonts import FAMILIES
from counterfoil.formats.page import Appearance
from counterfoil.formats.view import view
from counterfoil.ports.renderer import ChildRenderer

ROUNDS = 9
COUNT = 40
LOOK = Appearance(logo=None, logo_content_type="", accent_color="#1f4e79", is_specimen=False, invoice_url="")


def against_typst_alone(work: Path) -> list[Result]:
    """Time of one page PDF/A-3b; every document is another, so that typst remembers none. And a Factur-X in bytes."""
    document = _document(work)
    renderer = ChildRenderer()

    def ours(number: int) -> None:
        renderer.render(_another(document, number), LOOK)

    def with_xml(number: int) -> bytes:
        other = _another(document, number)
        return renderer.render(other, LOOK, "client_invoice", einvoices.xml_of(other, FACTURX))

    try:
        steps: list[Step] = [ours, with_xml, _alone(document, steps=3)]
        mine, whole, alone = interleaved(steps, rounds=ROUNDS, count=COUNT)
        made, again = with_xml(0), with_xml(0)
    finally:
        renderer.close()
    return [
        time_result("PDF of one page", mine, alone, 1.5),
        time_result("PDF of one page, its XML written and in it", whole, alone, 2.0),
        Result("Factur-X of one page", len(made) / 1000, 60.0, False, "kB", f"{len(made):,} bytes"),
        Result(
            "Factur-X made again: bytes that differ", _differing(made, again), 0, False, "bytes", "of the same document"
        ),
    ]


def _alone(document: dict[str, Any], *, steps: int) -> Step:
    """typst's own compiler, given what our renderer gives it; that is prepared outside the time."""
    typesetter = pdf.Typesetter()
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(p) for p in pdf.font_directories()]
    )
    template = pdf.default_template()
    compiler = typst.Compiler(template, root=str(pdf.template_directory()), font_paths=fonts, ignore_system_fonts=True)
    prepared = [
        json.dumps(
            pdf.page_data(view(_another(document, number), LOOK), typesetter.coverage)
            | {"logo": "", "fonts": FAMILIES},
            ensure_ascii=False,
        )
        for number in range(steps * (ROUNDS + 1) * COUNT)
    ]
    moment = pdf.made_at(document)

    def step(number: int) -> None:
        compiler.compile(
            template, sys_inputs={"data": prepared[number]}, format="pdf", pdf_standards=[pdf.STANDARD],
            timestamp=moment,
        )  # fmt: skip

    return step


def _differing(one: bytes, other: bytes) -> int:
    return abs(len(one) - len(other)) + sum(a != b for a, b in zip(one, other, strict=False))


def _document(work: Path) -> dict[str, Any]:
    data = dataset.make(work / "rendering")
    with counterfoil(data.data, "--no-jobs") as (port, _):
        _, body = Client(port).send(request("GET", f"/v2/client_invoices/{data.ids(1)[0]}", key=data.key))
    document: dict[str, Any] = json.loads(body)["client_invoice"]
    return document


def _another(document: dict[str, Any], number: int) -> dict[str, Any]:
    other = copy.deepcopy(document)
    other["number"] = f"F-2026-{number:05d}"
    for item in other["items"]:
        item["title"] = f"{item['title']} ({number})"
    return other
