"""Every billing call of the PyPI client qodev-qonto-api, in order. Runs in its own environment; prints what it got.

The address and key come from QONTO_BASE_URL, QONTO_LOGIN and QONTO_SECRET_KEY, as its users set them.
"""

import asyncio
import json
import os
import sys

from qodev_qonto_api import QontoClient, ValidationError


def shown(thing):
    return thing.model_dump(mode="json")


async def all_pages(fetch, per_page):
    first = await fetch(current_page=1, per_page=per_page)
    found = list(first.items)
    for page in range(2, first.total_pages + 1):
        found += (await fetch(current_page=page, per_page=per_page)).items
    return {"total": first.total, "pages": first.total_pages, "ids": [item.id for item in found]}


def line(price, **more):
    price = {"value": price, "currency": "EUR"}
    return {"title": "Conseil", "quantity": "1", "unit_price": price, "vat_rate": "0.2", **more}


async def clients(api, got):
    got["client"] = shown(
        await api.create_client(
            name="ACME", type="company", email="ap@acme.example", currency="EUR", locale="FR",
            tax_identification_number="732829320",
            billing_address={"street_address": "1 rue A", "city": "Paris", "zip_code": "75001", "country_code": "FR"},
        )
    )  # fmt: skip
    client_id = got["client"]["id"]
    got["client_updated"] = shown(await api.update_client(client_id, email="new@acme.example"))
    got["client_read"] = shown(await api.get_client(client_id))
    for number in range(6):
        await api.create_client(name=f"Nr {number}", type="company", currency="EUR", locale="FR")
    got["clients"] = await all_pages(api.list_clients, 3)
    gone = await api.create_client(name="Gone", type="company")
    await api.delete_client(gone.id)
    return client_id


async def client_invoices(api, got, client_id):
    body = {
        "client_id": client_id, "issue_date": os.environ["TODAY"], "due_date": os.environ["TODAY"], "currency": "EUR",
        "payment_methods": {"iban": os.environ["IBAN"]},
    }  # fmt: skip
    drafts = [await api.create_client_invoice(**body, status="draft", items=[line("10.00")]) for _ in range(7)]
    got["draft"] = shown(drafts[0])
    got["issued"] = shown(await api.finalize_client_invoice(drafts[0].id))
    got["read"] = shown(await api.get_client_invoice(drafts[0].id))
    got["at_once"] = shown(await api.create_client_invoice(**body, items=[line("1200.00")]))
    got["invoices"] = await all_pages(api.list_client_invoices, 3)
    got["drafts"] = await all_pages(
        lambda **page: api.list_client_invoices(**page, **{"filter[status]": "draft"}), per_page=4
    )
    try:
        await api.send_client_invoice(drafts[0].id)
        got["send"] = "sent"
    except ValidationError as error:
        got["send"] = error.errors


async def quotes(api, got, client_id):
    body = {
        "client_id": client_id, "issue_date": os.environ["TODAY"], "expiry_date": "2099-12-31", "currency": "EUR",
        "terms_and_conditions": "30 jours",
    }  # fmt: skip
    made = [await api.create_quote(**body, items=[line("100.00")]) for _ in range(5)]
    got["quote"] = shown(made[0])
    got["quote_updated"] = shown(await api.update_quote(made[0].id, header="Bonjour"))
    got["quote_read"] = shown(await api.get_quote(made[0].id))
    got["quotes"] = await all_pages(api.list_quotes, 2)


async def the_rest(api, got):
    got["organization"] = shown(await api.get_organization())
    got["accounts"] = [shown(account) for account in await api.list_bank_accounts()]
    note = json.loads(os.environ["CREDIT_NOTE"])
    got["credit_notes"] = await all_pages(api.list_credit_notes, 2)
    got["credit_note"] = shown(await api.get_credit_note(note["id"]))
    got["attachment"] = shown(await api.get_attachment(os.environ["ATTACHMENT"]))
    product = {"title": "Hour", "type": "service", "unit_price": {"value": "150.00", "currency": "EUR"}}
    made = [await api.create_product(**product, vat_rate="0.2") for _ in range(5)]
    got["product"] = shown(await api.get_product(made[0].id))
    await api.delete_product(made[4].id)
    got["products"] = await all_pages(api.list_products, 2)
    files = [{"attachment_id": os.environ["ATTACHMENT"], "idempotency_key": f"key-{number}"} for number in range(2)]
    got["supplier_created"] = [shown(found) for found in await api.create_supplier_invoice(files)]
    first = got["supplier_created"][0]["id"]
    got["supplier_read"] = shown(await api.get_supplier_invoice(first))
    got["supplier_paid"] = shown(await api.mark_supplier_invoice_paid(first))
    got["suppliers"] = await all_pages(api.list_supplier_invoices, 1)


async def main():
    got = {}
    async with QontoClient() as api:
        client_id = await clients(api, got)
        await client_invoices(api, got, client_id)
        await quotes(api, got, client_id)
        await the_rest(api, got)
    json.dump(got, sys.stdout, default=str)


asyncio.run(main())
