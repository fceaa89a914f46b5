"""The golden documents are what the code writes now, valid by every judge, and leave out no code of the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from counterfoil.domain import vat
from counterfoil.domain.client import ClientFields
from counterfoil.errors import Invalid
from counterfoil.formats.labels import WELFARE_FUNDS
from counterfoil.operations import clients
from tests.corpus import checks
from tests.corpus.parties import BUYERS, SELLERS
from tests.golden.documents import COUNTRIES, FOLDER, Golden, all_files, golden, names
from tests.support.houses import Company, new_company, open_house

# The exchange system has refused these three since 2021: 00445.
TOO_WIDE = {"N2", "N3", "N6"}
ITALIAN_CLIENT = {**BUYERS["it_company"], "currency": "EUR"}


@pytest.fixture(scope="module")
def goldens() -> list[Golden]:
    return [golden(*name) for name in names()]


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_files_are_what_is_written_now(country: str) -> None:
    expected = all_files(country)
    stale = [path.name for path, content in expected.items() if not path.is_file() or path.read_bytes() != content]
    odd = [path.name for path in (FOLDER / country).glob("*.xml") if path not in expected]
    assert (stale, odd) == ([], []), "run `python -m tests.golden`, and look at what changes"


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_judge_accepts_every_file(goldens: list[Golden], country: str) -> None:
    found = {
        each.name: problems
        for each in goldens
        if each.country == country and (problems := checks.problems(each.document, each.kind, vat_slack=each.vat_slack))
    }
    assert found == {}


def asked(goldens: list[Golden], field: str, name: str) -> set[str]:
    """All values that the documents ask for in this part of a field."""
    return {str(each.asked["client_invoice"].get(field, {}).get(name)) for each in goldens} - {"None"}


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_exemption_code_has_its_document(goldens: list[Golden], country: str) -> None:
    used = {
        item.get("vat_exemption_reason")
        for each in goldens
        if each.country == country
        for item in each.asked["client_invoice"]["items"]
    } - {None}
    assert used == set(vat.EXEMPTION_REASONS[country.upper()]) - TOO_WIDE


def test_every_fund_reason_condition_and_method_has_its_document(goldens: list[Golden]) -> None:
    assert asked(goldens, "welfare_fund", "type") == set(WELFARE_FUNDS)
    assert asked(goldens, "withholding_tax", "reason") == {f"RF0{digit}" for digit in range(1, 7)}
    assert asked(goldens, "payment_reporting", "conditions") == {"TP01", "TP02", "TP03"}
    assert asked(goldens, "payment_reporting", "method") == {f"MP{number:02d}" for number in range(1, 23)}


def test_each_document_says_what_it_shows(goldens: list[Golden]) -> None:
    assert [each.name for each in goldens if not each.asked.get("shows")] == []


def text_of(path: Path, name: str) -> list[str]:
    """The texts of all elements of this local name."""
    return [element.text or "" for element in etree.parse(path).iter(f"{{*}}{name}")]


@pytest.mark.parametrize(
    ("file", "due", "terms"),
    [
        ("withholding.facturx.xml", "DuePayableAmount", "Description"),
        ("withholding.ubl.xml", "PayableAmount", "Note"),
    ],
)
def test_en_16931_says_withholding_in_words_and_asks_for_all(file: str, due: str, terms: str) -> None:
    path = FOLDER / "es" / file
    words = " ".join(text_of(path, terms))

    assert text_of(path, due) == ["1210.00"]
    assert re.search(r"150,00", words), words
    assert re.search(r"1\.?060,00", words), words


def test_fatturapa_says_withholding_in_its_block_and_asks_for_the_rest() -> None:
    path = FOLDER / "it" / "professional.fatturapa.xml"

    assert text_of(path, "TipoDocumento") == ["TD06"]
    assert text_of(path, "TipoRitenuta") == ["RT01"]
    assert text_of(path, "ImportoRitenuta") == ["300.00"]
    assert text_of(path, "ImportoTotaleDocumento") == ["1903.20"]
    assert text_of(path, "ImportoPagamento") == ["1603.20"]


@pytest.fixture(scope="module")
def italian(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    house = open_house(tmp_path_factory.mktemp("italian") / "data")
    company = new_company(house, **SELLERS["it_company"])
    with company.write() as work:
        company.client_id = json.loads(clients.create(work, ClientFields.model_validate(ITALIAN_CLIENT)))["id"]
    yield company
    house.close()


@pytest.mark.parametrize("reason", sorted(TOO_WIDE))
def test_a_reason_without_its_point_stays_a_draft(italian: Company, reason: str) -> None:
    line: dict[str, Any] = {
        "title": "Consulenza", "quantity": "1", "unit_price": {"value": "50.00", "currency": "EUR"},
        "vat_rate": "0", "vat_exemption_reason": reason,
    }  # fmt: skip
    draft = italian.create(items=[line])

    with pytest.raises(Invalid) as refusal:
        italian.finalize(draft.id)

    assert "00445" in {fault.rule for fault in refusal.value.faults}


def test_a_cent_would_be_seen(goldens: list[Golden]) -> None:
    each = next(each for each in goldens if (each.country, each.name) == ("fr", "standard"))
    total = each.document["total_amount"]
    cent_more = total | {"value": str(Decimal(total["value"]) + Decimal("0.01"))}

    found = checks.problems(each.document | {"total_amount": cent_more}, each.kind)

    assert any(problem.startswith("facturx cii") for problem in found)
    assert any(problem.startswith("ubl ubl") for problem in found)
