"""Deposit and balance invoices over HTTP: what is sent, what is answered, what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.schema import INVOICE, faults_of, money_twins
from tests.support.server import Api, expect


@pytest.fixture(scope="module")
def client_id(fr: Api) -> str:
    return str(fr.client()["id"])


def test_the_deposit_comes_off_what_the_balance_asks_for(fr: Api, client_id: str) -> None:
    deposit = fr.issued(client_id=client_id, invoice_type="deposit", items=[fr.item(quantity="0.3")])
    sent = {"invoice_type": "balance", "deposit_invoice_ids": [deposit["id"]]}
    balance = fr.issued(client_id=client_id, **sent)
    for shown in (deposit, balance):
        assert faults_of(INVOICE, shown) == []
        assert money_twins(shown) == []
    assert (deposit["invoice_type"], deposit["deposits"], deposit["amount_due"]["value"]) == ("deposit", [], "36.00")
    assert (balance["invoice_type"], balance["total_amount"]["value"], balance["amount_due"]["value"]) == (
        "balance", "120.00", "84.00",
    )  # fmt: skip
    assert balance["deposit_amount"] == balance["deposits"][0]["amount"] == {"value": "36.00", "currency": "EUR"}
    assert [balance["deposits"][0][name] for name in ("id", "number")] == [deposit["id"], deposit["number"]]
    assert fr.act(balance["id"], "mark_as_paid")["amount_paid"]["value"] == "84.00"


def test_a_draft_takes_and_drops_deposits(fr: Api, client_id: str) -> None:
    deposit = fr.issued(client_id=client_id, invoice_type="deposit")
    draft = fr.draft(client_id=client_id)
    change = {"invoice_type": "balance", "deposit_invoice_ids": [deposit["id"].upper()]}
    patched = expect(fr.patch(f"/client_invoices/{draft['id']}", change), 200)["client_invoice"]
    assert [each["id"] for each in patched["deposits"]] == [deposit["id"]]
    cleared = expect(fr.patch(f"/client_invoices/{draft['id']}", {"deposit_invoice_ids": None}), 200)["client_invoice"]
    assert (cleared["deposits"], cleared["deposit_amount"]) == ([], None)


def test_refusals_name_the_deposit(fr: Api, client_id: str) -> None:
    draft = fr.draft(client_id=client_id, invoice_type="deposit")
    standard = fr.issued(client_id=client_id)
    unknown = "00000000-0000-4000-8000-000000000000"
    ids = [draft["id"], standard["id"], unknown]
    answer = fr.create(client_id=client_id, invoice_type="balance", deposit_invoice_ids=ids)
    errors = expect(answer, 422)["errors"]
    assert [(error["code"], error["source"]["pointer"].rsplit("/", 1)[-1]) for error in errors] == [
        ("deposit_not_finalized", "0"), ("not_a_deposit_invoice", "1"), ("invalid_deposit_invoice_id", "2"),
    ]  # fmt: skip
    assert all(error["meta"]["fix"] for error in errors)


def test_a_deducted_deposit_is_not_canceled(fr: Api, client_id: str) -> None:
    deposit = fr.issued(client_id=client_id, invoice_type="deposit")
    draft = fr.draft(client_id=client_id, deposit_invoice_ids=[deposit["id"]])
    answer = fr.post(f"/client_invoices/{deposit['id']}/mark_as_canceled")
    (error,) = expect(answer, 412)["errors"]
    assert (error["code"], error["meta"]["balance_invoice_id"]) == ("deposit_deducted", draft["id"])


@pytest.mark.parametrize(
    "wrong",
    [{"invoice_type": "advance"}, {"deposit_invoice_ids": "x"}, {"deposit_invoice_ids": ["x"]},
     {"deposit_invoice_ids": ["00000000-0000-4000-8000-000000000000"] * 101}],
)  # fmt: skip
def test_malformed_values_are_422(fr: Api, client_id: str, wrong: dict[str, Any]) -> None:
    errors = expect(fr.create(client_id=client_id, **wrong), 422)["errors"]
    assert next(iter(wrong)) in errors[0]["source"]["pointer"]
