"""The law's share of a finalize: its rules alone, against the whole operation with its durable commit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.dataset import invoice_body
from bench.measure import Result, Step, interleaved
from counterfoil.app import House
from counterfoil.domain import rules
from counterfoil.domain.client import ClientFields
from counterfoil.domain.client_invoice import NewClientInvoice
from counterfoil.domain.document import as_new
from counterfoil.operations import client_invoices, clients, organization
from counterfoil.operations.work import Actor
from counterfoil.ports.ids import uuid7
from counterfoil.settings import Settings

ROUNDS = 9
COUNT = 30
BOUND = 0.10
# Sellers that can finalize, what their clients add to an address, and a rate.
_SELLERS: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "FR": (
        {"legal_number": "732829320", "vat_number": "FR44732829320", "transaction_type": "services"},
        {"tax_identification_number": "552100554"}, "0.2",
    ),
    "DE": (
        {"vat_number": "DE136695976", "phone": "+49 40 123456", "email": "a@example.com"},
        {"buyer_reference": "04011000-12345-34", "email": "b@example.com"}, "0.19",
    ),
    "IT": (
        {"vat_number": "IT00743110157", "address_province": "MI"},
        {"vat_number": "IT07654320014", "recipient_code": "ABC1234", "province_code": "TO"}, "0.22",
    ),
    "ES": ({"tax_number": "B58378431"}, {"tax_identification_number": "A28015865"}, "0.21"),
}  # fmt: skip


def share_of_finalize(work: Path) -> list[Result]:
    """What part of a finalize's time its rules take, for a document of three lines in each country."""
    shutil.rmtree(work / "rules", ignore_errors=True)
    (work / "rules").mkdir(parents=True)
    house = House(Settings(data=work / "rules"))
    try:
        return [_share(house, country) for country in _SELLERS]
    finally:
        house.close()


def _share(house: House, country: str) -> Result:
    actor, drafts = _drafts(house, country)
    with house.works.read(actor) as reading:
        profile, today = reading.profile, reading.today
        document = json.loads(client_invoices.get(reading, drafts[0]).frozen)
    waiting: Iterator[str] = iter(drafts)

    def finalize(_number: int) -> None:
        with house.works.write(actor) as writing:
            client_invoices.finalize(writing, next(waiting))

    def law(_number: int) -> None:
        assert rules.write_faults(new, profile) == []
        errors, _ = rules.finalize_faults(document, profile, today=today)
        assert errors == []

    new = as_new(document)
    steps: list[Step] = [law, finalize]
    alone, whole = interleaved(steps, rounds=ROUNDS, count=COUNT)
    detail = f"{alone * 1e6:.0f} µs of {whole * 1e6:.0f} µs"
    return Result(f"rules of a finalize, {country}", alone / whole, BOUND, False, "of it", detail)


def _drafts(house: House, country: str) -> tuple[Actor, list[str]]:
    """A seller of the country with as many drafts as will be finalized."""
    seller, buyer, rate = _SELLERS[country]
    place = {"address_line_1": "1 rue des Essais", "address_zipcode": "75001", "address_city": "Paris"}
    actor = Actor(uuid7(house.clock.now()), "bench")
    with house.works.write(actor) as work:
        profile = organization.with_country_defaults(
            {"legal_name": "Atelier du Banc", "legal_country": country, **place, **seller}
        )
        organization.create(work, profile, iban="FR7630006000011234567890189")
        address = {"address": "2 avenue des Mesures", "city": "Lyon", "zip_code": "69001", "country_code": country}
        body = {"kind": "company", "name": "Étude & Fils", "currency": "EUR", "locale": "en", **address, **buyer}
        client_id = json.loads(clients.create(work, ClientFields.model_validate(body)))["id"]
    sent = invoice_body(client_id, status="draft")
    for item in sent["items"]:
        item["vat_rate"] = rate
    new = NewClientInvoice.model_validate_json(json.dumps(sent))
    ids = []
    for _ in range((ROUNDS + 1) * COUNT):
        with house.works.write(actor) as work:
            ids.append(client_invoices.create(work, new).row.id)
    return actor, ids
