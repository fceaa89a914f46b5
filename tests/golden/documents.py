"""Golden documents: one JSON says what is asked for, and the files that come of it stand beside it.

`python -m tests.golden` writes the files anew; a test says when they are not what the code writes now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from counterfoil.domain import deposits
from counterfoil.domain.einvoice_formats import formats_of
from counterfoil.formats.einvoices import xml_of
from counterfoil.formats.page import Kind
from tests.corpus import build
from tests.corpus.parties import buyer_of, profile_of

FOLDER: Final = Path(__file__).parent
COUNTRIES: Final = {"fr": "France", "de": "Germany", "it": "Italy", "es": "Spain"}
# How their files' names end, by kind and syntax.
ENDINGS: Final = {
    ("facturx", "cii"): "facturx.xml", ("ubl", "ubl"): "ubl.xml", ("xrechnung", "cii"): "xrechnung.xml",
    ("xrechnung", "ubl"): "xrechnung-ubl.xml", ("fatturapa", "fatturapa"): "fatturapa.xml",
}  # fmt: skip
_FIRST, _SECOND = 1, 2  # numbers of its year: a deposit invoice comes before its balance invoice


@dataclass(frozen=True)
class Golden:
    """One golden document. asked: its JSON; document: what is issued, as the API answers it."""

    country: str
    name: str
    asked: dict[str, Any]
    document: dict[str, Any]

    @property
    def kind(self) -> Kind:
        return "credit_note" if "credit_note" in self.asked else "client_invoice"

    @property
    def vat_slack(self) -> int:
        """See `cents.faults`: a credit note over an amount with VAT may be a cent off."""
        return 1 if "amount" in self.asked.get("credit_note", {}) else 0

    def files(self) -> dict[Path, bytes]:
        """What is written of it, by path."""
        return {
            FOLDER / self.country / f"{self.name}.{ENDINGS[fmt]}": xml_of(self.document, fmt)
            for fmt in formats_of(self.document)
        }


def golden(country: str, name: str) -> Golden:
    """The golden document of this name."""
    asked = json.loads((FOLDER / country / f"{name}.json").read_text(encoding="utf-8"))
    profile, buyer = profile_of(asked["seller"]), buyer_of(asked["buyer"])
    wanted = asked["client_invoice"]
    deducted = []
    if "deposit" in asked:
        body = {**wanted, "items": asked["deposit"], "invoice_type": "deposit"}
        deposit = build.invoice(build.new_invoice(body), profile, buyer, _FIRST)
        deducted = [deposits.deducted(deposit, "paid")]
    document = build.invoice(build.new_invoice(wanted), profile, buyer, _SECOND if deducted else _FIRST, deducted)
    if "credit_note" in asked:
        document = build.credit_note(asked["credit_note"], document, profile, _FIRST)
    return Golden(country, name, asked, document)


def names() -> Iterator[tuple[str, str]]:
    """Country and name of each golden document."""
    for country in COUNTRIES:
        for path in sorted((FOLDER / country).glob("*.json")):
            yield country, path.stem


def readme(country: str) -> str:
    """The page of a country's folder: what each document shows, and its files."""
    rows = []
    for each in (golden(*name) for name in names() if name[0] == country):
        files = ", ".join(f"[{path.name.removeprefix(each.name + '.')}]({path.name})" for path in each.files())
        rows.append(f"| [{each.name}]({each.name}.json) | {each.asked['shows']} | {files} |")
    return "\n".join(
        (
            f"# Golden documents of sellers in {COUNTRIES[country]}",
            "",
            "Each JSON names a seller and a buyer of [parties.py](../../corpus/parties.py) and holds what is sent to",
            "`POST /v2/client_invoices`, and to `POST /v2/credit_notes` where there is a credit note; beside it stand",
            "the files that are issued. Written by `python -m tests.golden`, judged by the official validators.",
            "",
            "| asked for | shows | issued |",
            "|---|---|---|",
            *rows,
            "",
        )
    )


def all_files(country: str) -> dict[Path, bytes]:
    """Everything that is written in a country's folder, by path."""
    files = {FOLDER / country / "README.md": readme(country).encode()}
    for name in names():
        if name[0] == country:
            files |= golden(*name).files()
    return files
