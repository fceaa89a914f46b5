"""Quotes in the store: their list's filters, their counts and their public links."""

from __future__ import annotations

from typing import Any

import pytest

from counterfoil.app import House
from counterfoil.operations import mailing
from counterfoil.operations.kinds import QUOTE
from counterfoil.store import documents, quotes
from counterfoil.store.quotes import QuoteFilter
from tests.support.houses import Company

LETTER = mailing.SendRequest(send_to=["a@client.example"], email_title="Quote")


@pytest.fixture
def three(company: Company) -> list[str]:
    """Ids of three quotes, oldest first; the second was sent."""
    made = [company.quote(number=number).id for number in (None, "OFFRE-1", None)]
    with company.write() as work:
        mailing.send(work, QUOTE, made[1], LETTER)
    return made


def found(house: House, company: Company, **wanted: Any) -> tuple[int, list[str]]:
    with house.database.read() as conn:
        total, rows = quotes.page(
            conn, company.id, QuoteFilter(**wanted), is_descending=False, limit=100, skip=0
        )  # fmt: skip
    return total, [row.id for row in rows]


def test_the_plain_list_is_answered_by_the_counts(house: House, company: Company, three: list[str]) -> None:
    assert QuoteFilter().is_counted
    assert QuoteFilter(statuses=("approved", "pending_approval")).is_counted
    assert found(house, company) == (3, three)
    assert found(house, company, statuses=("pending_approval", "canceled")) == (3, three)
    assert found(house, company, statuses=("approved",)) == (0, [])


def test_a_quote_is_found_by_whether_it_was_sent(house: House, company: Company, three: list[str]) -> None:
    assert not QuoteFilter(is_sent=False).is_counted
    assert found(house, company, is_sent=True) == (1, [three[1]])
    assert found(house, company, is_sent=False, client_id=company.client_id) == (2, [three[0], three[2]])
    assert found(house, company, is_sent=False, client_id="nobody") == (0, [])
    assert found(house, company, number="OFFRE-1") == (1, [three[1]])


def test_a_token_leads_to_its_quote_alone(house: House, company: Company, three: list[str]) -> None:
    with house.database.read() as conn:
        row = quotes.get(conn, company.id, three[0])
        assert row is not None
        assert documents.by_token(conn, row.public_token) == documents.Link(company.id, "quote", row.id)
        assert documents.by_token(conn, row.id) is None


def test_a_deleted_quote_leaves_the_counts_and_its_link(house: House, company: Company, three: list[str]) -> None:
    with house.database.write() as conn:
        row = quotes.get(conn, company.id, three[0])
        assert row is not None
        quotes.delete_quote(conn, company.id, row)
    assert found(house, company) == (2, three[1:])
    with house.database.read() as conn:
        assert documents.by_token(conn, row.public_token) is None
