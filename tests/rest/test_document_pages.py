"""GET …/page: the invoice as its public page shows it, for those who may read it anyway."""

from __future__ import annotations

from tests.conftest import NewOrganization
from tests.support.server import expect


def test_a_draft_is_shown_as_what_it_is_and_loads_nothing(new_organization: NewOrganization) -> None:
    api = new_organization("FR")
    draft = api.draft(header="<script>alert(1)</script>")
    page = expect(api.get(f"/client_invoices/{draft['id']}/page"), 200)["page"]
    assert "PROFORMA" in page["html"]
    assert "<script>alert" not in page["html"]
    assert 'href="http' not in page["html"]
    assert "--accent" in page["accent_style"]


def test_an_issued_invoice_shows_its_number_and_amount(new_organization: NewOrganization) -> None:
    api = new_organization("FR")
    issued = api.issued()
    page = expect(api.get(f"/client_invoices/{issued['id']}/page"), 200)["page"]
    assert issued["number"] in page["html"]
    assert issued["amount_due"]["value"].partition(".")[0][-3:] in page["html"]


def test_another_organizations_invoice_is_not_found(new_organization: NewOrganization) -> None:
    issued = new_organization("FR").issued()
    expect(new_organization("FR").get(f"/client_invoices/{issued['id']}/page"), 404)
