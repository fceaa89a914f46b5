"""counterfoil export: a folder that an auditor can read and check without counterfoil."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.domain.client import ClientFields
from counterfoil.domain.journal import GENESIS, JournalEntry, hash_of
from counterfoil.operations import client_invoices, clients, document_files
from counterfoil.operations.attachments import StoredFile
from counterfoil.operations.kinds import CLIENT_INVOICE
from tests.support import hostile_files
from tests.support.backups import refusal, run
from tests.support.houses import CLIENT, Company, new_company, open_house
from tests.support.server import Api, Server, attached, expect, make_organization

FORMULA = '=HYPERLINK("http://evil.example";"Pay")'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = open_house(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def company(house: House) -> Company:
    made = new_company(house)
    with made.write() as work:
        named = ClientFields.model_validate(CLIENT | {"name": FORMULA})
        made.client_id = json.loads(clients.create(work, named))["id"]
    return made


def export(house: House, folder: Path, *more: object) -> dict[str, Any]:
    result = run("export", folder, "--data", house.settings.data, "--json", *more)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def fill(company: Company) -> list[str]:
    """Three invoices, one of them paid and with a PDF, one of last year; a draft, a quote and a credit note."""
    first = company.create(status="unpaid")
    second = company.create(status="unpaid", number="2026/77")
    old = company.create(status="unpaid", issue_date="2025-12-30")
    company.create()
    company.quote()
    company.credit(second.id, "12.00")
    pdf = b"%PDF-1.7 not a real one"
    with company.write() as work:
        client_invoices.mark_as_paid(work, first.id, None)
        row = client_invoices.get(work, first.id)
        key = company.house.blobs.put(pdf)
        document_files.attach(work, CLIENT_INVOICE, row, StoredFile("a.pdf", "application/pdf", len(pdf), key), {})
    return [str(row.number) for row in (first, second, old)]


def test_an_export_has_everything_and_every_hash_is_right(house: House, company: Company, tmp_path: Path) -> None:
    first, second, old = fill(company)
    told = export(house, tmp_path / "books")
    root = next(path for path in (tmp_path / "books").iterdir() if path.is_dir())
    assert told["documents"] == 5
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "manifest.sha256"], cwd=tmp_path / "books", check=True)
    files = {str(path.relative_to(tmp_path / "books")) for path in (tmp_path / "books").rglob("*") if path.is_file()}
    manifest = json.loads((tmp_path / "books" / "manifest.json").read_bytes())
    assert {each["path"] for each in manifest["files"]} == files - {"manifest.json", "manifest.sha256"}
    issued = [row for row in table(root / "numbers.csv") if row["kind"] == "client_invoice"]
    assert [row["number"] for row in issued] == [first, second, old]
    for row in issued:
        vat = [each for each in table(root / "vat.csv") if each["number"] == row["number"]]
        assert Decimal(row["vat"]) == sum(Decimal(each["vat"]) for each in vat)
        assert Decimal(row["net"]) + Decimal(row["vat"]) == Decimal(row["total"])
    assert [(row["number"], row["amount"]) for row in table(root / "payments.csv")] == [(first, "240.00")]
    assert (root / "client_invoices" / f"{first}.pdf").read_bytes().startswith(b"%PDF")
    assert json.loads((root / "client_invoices" / f"{first}.json").read_bytes())["number"] == first
    assert len(list((root / "client_invoices").glob("2026_77-*.json"))) == 1


@pytest.mark.parametrize(
    ("country", "kinds"), [("FR", {"pdf", "ubl"}), ("IT", {"pdf", "fatturapa"})], ids=["facturx and ubl", "fatturapa"]
)
def test_the_files_of_issued_and_received_invoices_are_exported_as_they_are(
    working_server: Server, tmp_path: Path, country: str, kinds: set[str]
) -> None:
    # Given an issued invoice with its files, and a received one
    organization = make_organization(working_server.data, country, phone="+33 4 72 00 00 00")
    api = Api(working_server, organization)
    invoice = attached(api, api.issued(), seconds=60)
    files = expect(api.get(f"/client_invoices/{invoice['id']}/documents"), 200)["documents"]
    bill = hostile_files.pdf(f"received {country}")
    sent = {"supplier_invoices[][file]": ("bill.pdf", bill, "application/pdf")}
    received = expect(api.http.post("/v2/supplier_invoices/bulk", files=sent), 200)["supplier_invoices"][0]

    # When they are exported
    books = tmp_path / "books"
    told = run("export", books, "--data", working_server.data, "--organization", organization.slug, "--json")
    assert told.exit_code == 0, told.output

    # Then each file is there to the byte, and an auditor's own tool agrees
    subprocess.run(["sha256sum", "-c", "--quiet", "--strict", "manifest.sha256"], cwd=books, check=True)
    (root,) = (path for path in books.iterdir() if path.is_dir())
    found = [path for path in (root / "client_invoices").iterdir() if path.suffix in (".pdf", ".xml")]
    wanted = {file["sha256"]: file["kind"] for file in files if file["kind"] != "facturx"}
    assert {wanted[hashlib.sha256(path.read_bytes()).hexdigest()] for path in found} == kinds
    assert len(found) == len(kinds)
    pdf = next(path.read_bytes() for path in found if path.suffix == ".pdf")
    assert (b"factur-x.xml" in pdf) == (country == "FR")
    assert (root / "supplier_invoices" / f"{received['id']}.pdf").read_bytes() == bill


def test_the_journal_can_be_computed_again_from_what_was_exported(
    house: House, company: Company, tmp_path: Path
) -> None:
    fill(company)
    export(house, tmp_path / "books")
    (said,) = json.loads((tmp_path / "books" / "manifest.json").read_bytes())["organizations"]
    head = GENESIS
    for text in (tmp_path / "books" / said["slug"] / "journal.jsonl").read_text(encoding="utf-8").splitlines():
        entry = JournalEntry(**json.loads(text))
        assert entry.hash == (head := hash_of(entry, head))
    assert head == said["journal_hash"]
    assert len(table(tmp_path / "books" / said["slug"] / "journal.csv")) == said["journal_position"]


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_and_kept_in_json(
    house: House, company: Company, tmp_path: Path
) -> None:
    company.create(status="unpaid")
    export(house, tmp_path / "books")
    root = next(path for path in (tmp_path / "books").iterdir() if path.is_dir())
    cells = [cell for path in root.glob("*.csv") for row in table(path) for cell in row.values()]
    assert f"'{FORMULA}" in cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert FORMULA in {each["name"] for each in json.loads((root / "clients.json").read_bytes())}


def test_a_year_has_its_own_documents_and_the_same_data_give_the_same_bytes(
    house: House, company: Company, tmp_path: Path
) -> None:
    _, _, old = fill(company)
    for name in ("one", "two"):
        assert export(house, tmp_path / name, "--year", 2025)["documents"] == 1
    assert [row["number"] for row in table(next((tmp_path / "one").glob("*/numbers.csv")))] == [old]
    digests = [
        {path.relative_to(tmp_path / name): hashlib.sha256(path.read_bytes()).hexdigest()
         for path in (tmp_path / name).rglob("*") if path.is_file()}
        for name in ("one", "two")
    ]  # fmt: skip
    assert digests[0] == digests[1]


def test_a_folder_with_something_in_it_is_left_as_it_is(house: House, company: Company, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("mine")
    result = run("export", tmp_path / "mine", "--data", house.settings.data)
    assert isinstance(result.exception, FileExistsError)
    assert "not empty" in str(result.exception)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]


def test_a_lost_file_is_named_and_the_rest_is_there(house: House, company: Company, tmp_path: Path) -> None:
    first, *_ = fill(company)
    for path in (house.settings.data / "files").rglob("*"):
        if path.is_file():
            path.unlink()
    said = refusal(run("export", tmp_path / "books", "--data", house.settings.data))
    assert f"{first}.pdf" in said
    assert (tmp_path / "books" / "manifest.sha256").exists()
