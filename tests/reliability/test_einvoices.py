"""Jobs killed at random or run twice at once, and an exchange that loses things: each document goes out once."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.errors import WrongState
from counterfoil.operations import client_invoices, credit_notes, einvoicing
from counterfoil.ports.local_einvoice_network import Behaviour, LocalNetwork
from counterfoil.store import einvoicing as rows
from tests.plugins.repeatable import is_full_size
from tests.reliability.courier import runner
from tests.reliability.forks import Forks, forks
from tests.reliability.ticker import FileClock
from tests.support.houses import Company, new_company, open_house

ROOT = Path(__file__).parents[2]
COURIERS = 4
INVOICES = 300 if is_full_size() else 16
KILLS = 400 if is_full_size() else 25
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DELIVERED = [200, 201, 202, 203]


def couriers(directory: Path) -> AbstractContextManager[Forks]:
    """Processes that run the same jobs; killed when the block ends."""
    return forks("tests.reliability.courier", directory, directory / "data", directory / "clock")


def exchange_of(house: House) -> LocalNetwork:
    assert house.einvoice_network is not None
    return house.einvoice_network


@pytest.mark.timeout(1800)
def test_whatever_is_killed_or_lost_each_document_goes_out_once(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set(START)
    house = open_house(tmp_path / "data", clock)
    on_receipts = {"transaction_type": "services", "vat_payment_condition": "on_receipts"}
    company = new_company(house, **on_receipts)
    with couriers(tmp_path) as running:
        invoices, paid, notes = torment(running, company, clock, exchange_of(house))
        assert running.count("turn") > KILLS / 4, "they hardly worked: this showed nothing"
    settle(house, clock)
    check_exchange(house, {*invoices, *notes}, paid)
    for invoice_id in invoices:
        live = json.loads(company.get(invoice_id).live)
        codes = Counter(event["status_code"] for event in live["einvoicing_lifecycle_events"])
        assert codes == Counter([*DELIVERED, *([212] if invoice_id in paid else [])])
        assert live["einvoicing_status"] == ("approved" if invoice_id in paid else "submitted")
    with company.read() as work:
        for note_id in notes:
            live = json.loads(credit_notes.get(work, note_id).live)
            assert [event["status_code"] for event in live["einvoicing_lifecycle_events"]] == DELIVERED
            assert rows.latest(work.conn, company.id, note_id).state == "submitted"
    house.close()


def torment(
    running: Forks, company: Company, clock: FileClock, exchange: LocalNetwork
) -> tuple[set[str], set[str], set[str]]:
    """Writes, sends, pays and credits while couriers are killed and the exchange loses things; what was written."""
    chance, moment = random.Random(20260302), START
    for _ in range(COURIERS):
        running.start()
    invoices: list[str] = []
    paid: set[str] = set()
    notes: set[str] = set()
    for step in range(KILLS):
        while len(invoices) < INVOICES * (step + 1) / KILLS:
            invoices.append(sent(company))
        if chance.random() < 0.4:
            loss = chance.choice(["drop", "lose_receipt", "lose_receipt"])
            exchange.tell(Behaviour.model_validate({"behaviour": loss, "count": chance.randint(1, 2)}))
        chosen = chance.choice(invoices)
        if chance.random() < 0.4 and chosen not in paid:
            with company.write() as work:
                client_invoices.mark_as_paid(work, chosen, None)
            paid.add(chosen)
        elif chance.random() < 0.3 and len(notes) < INVOICES / 4:
            notes.add(company.credit(chosen).id)
        moment += timedelta(seconds=chance.uniform(0, 20))
        clock.set(moment)
        time.sleep(chance.uniform(0.01, 0.12))
        running.wait_for("turn", step // 2)
        running.kill(chance.choice(running.running))
        running.start()
    return set(invoices), paid, notes


def sent(company: Company) -> str:
    """A new invoice that was asked to be sent, three times."""
    invoice_id = company.create(status="unpaid").id
    for _ in range(3):
        with company.write() as work:
            einvoicing.send(work, invoice_id)
    return invoice_id


def settle(house: House, clock: FileClock) -> None:
    """Lets everything come to its end that is still on its way."""
    exchange_of(house).tell(Behaviour())
    own = runner(house)
    for minutes in (1, 5, 30, 120, 600, 1_200):
        clock.set(house.clock.now() + timedelta(minutes=minutes))
        own.drain()


def check_exchange(house: House, documents: set[str], paid: set[str]) -> None:
    """The exchange has every document once, and was told of every payment once."""
    manifests = exchange_of(house).manifests()
    assert Counter(manifest["document_id"] for manifest in manifests) == Counter(documents)
    outbox = house.settings.data / "outbox"
    told: Counter[str] = Counter()
    for manifest in manifests:
        folder = outbox / manifest["organization_id"] / manifest["tracking_id"]
        assert (folder / manifest["file_name"]).stat().st_size == manifest["size"]
        statuses: list[dict[str, Any]] = [json.loads(path.read_bytes()) for path in folder.glob("status-*.json")]
        told[manifest["document_id"]] += sum(status["status_code"] == 212 for status in statuses)
    assert +told == Counter(paid)


def test_an_invoice_is_either_canceled_or_sent_and_never_both(tmp_path: Path) -> None:
    """Canceling races with the couriers: whoever comes first decides."""
    clock = FileClock(tmp_path / "clock")
    clock.set(START)
    house = open_house(tmp_path / "data", clock)
    company = new_company(house)
    canceled: set[str] = set()
    invoices: set[str] = set()
    with couriers(tmp_path) as running:
        for _ in range(COURIERS):
            running.start()
        chance = random.Random(5)
        for _ in range(INVOICES):
            invoice_id = sent(company)
            invoices.add(invoice_id)
            time.sleep(chance.uniform(0, 0.25))
            with suppress(WrongState), company.write() as work:
                client_invoices.mark_as_canceled(work, invoice_id)
                canceled.add(invoice_id)
    settle(house, clock)
    check_exchange(house, invoices - canceled, set())
    house.close()
