from __future__ import annotations

import inspect
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from counterfoil.app import House
from counterfoil.domain.client_invoice import FrozenClientInvoice, LiveClientInvoice
from counterfoil.store import client_invoices
from counterfoil.store.documents import Documents
from counterfoil.store.tables import metadata
from tests.support.houses import Company, SteppingClock

UNPARTITIONED = {
    "public_links", "credentials", "jobs", "instance_secrets", "organizations", "sessions", "sign_in_links",
    "oauth_clients", "oauth_codes", "oauth_refresh_tokens", "attempts",
}  # fmt: skip


def test_frozen_and_live_share_no_key() -> None:
    assert FrozenClientInvoice.model_fields.keys().isdisjoint(LiveClientInvoice.model_fields)
    assert FrozenClientInvoice.model_computed_fields.keys().isdisjoint(LiveClientInvoice.model_fields)


@pytest.mark.parametrize("status", ["draft", "unpaid"])
def test_the_two_texts_as_written_share_no_key(company: Company, status: str) -> None:
    written = company.create(status=status)
    assert json.loads(written.frozen).keys().isdisjoint(json.loads(written.live))


def test_the_texts_are_text_and_never_json_columns() -> None:
    """A JSON column would alter the bytes, and JSONB takes 13 ms to write."""
    for name in ("frozen", "live"):
        assert type(metadata.tables["client_invoices"].c[name].type).__name__ == "Text"


def test_columns_say_what_the_texts_say(company: Company) -> None:
    written = company.create(status="unpaid")
    document = json.loads(written.frozen) | json.loads(written.live)
    for name in ("id", "number", "issue_date", "due_date", "total_amount_cents", "finalized_at", "created_at",
                 "updated_at", "status"):  # fmt: skip
        assert getattr(written, name) == document[name], name
    assert written.client_id == document["client"]["id"]


def test_primary_keys_begin_with_the_organization() -> None:
    for table in metadata.sorted_tables:
        if table.name not in UNPARTITIONED:
            assert table.primary_key.columns.keys()[0] == "organization_id", table.name


def test_the_public_token_is_not_the_id_and_cannot_be_guessed(company: Company) -> None:
    written = [company.create() for _ in range(20)]
    tokens = {each.public_token for each in written}
    assert len(tokens) == 20
    assert all(len(token) == 43 and token not in each.frozen for each in written for token in tokens)


def test_order_of_creation_holds_when_the_clock_steps_back(company: Company, clock: SteppingClock) -> None:
    first = company.create()
    clock.jump(timedelta(hours=-2))
    second = company.create()
    assert (second.seq, second.created_at) == (first.seq + 1, first.created_at)


def test_a_finalized_row_keeps_its_document_when_replaced(company: Company, house: House) -> None:
    """The store itself writes only what lives on, whatever it is given."""
    issued = company.create(status="unpaid")
    with house.database.write() as conn:
        of_table = "" if house.database.is_sqlite else " ON client_invoices"
        conn.execute(text(f"DROP TRIGGER client_invoices_frozen{of_table}"))
        client_invoices.replace(conn, company.id, issued, issued._replace(frozen="{}"))
    assert company.get(issued.id).frozen == issued.frozen


def test_every_function_of_the_document_store_takes_the_organization() -> None:
    methods = inspect.getmembers(Documents, inspect.isfunction)
    public = [function for name, function in methods if not name.startswith("_")]
    assert public
    for function in public:
        assert list(inspect.signature(function).parameters)[:3] == ["self", "conn", "organization_id"]
