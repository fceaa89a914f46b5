"""Add a "Consulting hour" service product at €150 + 20% VAT, then bill it."""

from __future__ import annotations

import html
import re

from tests.support import pdf_text
from tests.support.server import Api, expect
from tests.walks.test_rest_walk import pdf_of


def test_a_consulting_hour_is_added_and_billed(worker: Api) -> None:
    with worker.server.http() as nobody:
        # Given nothing but the sentence above, the product is in the catalog.
        body = {
            "title": "Consulting hour", "type": "service", "unit_price": {"value": "150", "currency": "EUR"},
            "vat_rate": "0.2", "unit": "hour",
        }  # fmt: skip
        product = expect(worker.post("/products", body), 201)["product"]
        assert {name: product[name] for name in body} == body
        found = expect(worker.get("/products", **{"filter[type]": "service", "filter[title]": "consulting"}), 200)
        assert product in found["products"]
        # When three hours of it are billed by its id alone, with a line that is dearer beside it,
        dearer = {"product_id": product["id"], "quantity": "1", "title": "Night hour",
                  "unit_price": {"value": "200.00", "currency": "EUR"}}  # fmt: skip
        draft = worker.draft(items=[{"product_id": product["id"], "quantity": "3"}, dearer])
        # then the lines are the product's but for what they say themselves, and the amounts add up.
        assert [line["title"] for line in draft["items"]] == ["Consulting hour", "Night hour"]
        assert {line["product_id"] for line in draft["items"]} == {product["id"]}
        assert (draft["vat_amount_cents"], draft["total_amount_cents"]) == (13_000, 78_000)
        # When the price rises and the invoice is finalized, it stays as it was offered, on paper and on its page.
        rise = {"unit_price": {"value": "180.00", "currency": "EUR"}}
        assert (
            expect(worker.patch(f"/products/{product['id']}", rise), 200)["product"]["unit_price"]["value"] == "180.00"
        )
        issued = worker.act(draft["id"], "finalize")
        assert issued["items"] == draft["items"]
        printed = pdf_text.packed_text(pdf_of(worker, nobody, issued["id"]))
        page = pdf_text.packed(html.unescape(re.sub(r"<[^>]+>", "", nobody.get(issued["invoice_url"]).text)))
        for text in ("Consulting hour", "Night hour", "450,00", "200,00", "780,00"):
            assert pdf_text.packed(text) in printed
            assert pdf_text.packed(text) in page
        # And when the product is gone, the invoice is not.
        assert worker.delete(f"/products/{product['id']}").status_code == 204
        assert worker.invoice(issued["id"])["items"] == issued["items"]
