"""/v2/client_invoices/{id}/documents and the same of credit notes: the list, its links, and files made on request."""

from __future__ import annotations

import hashlib
import time
from io import BytesIO
from typing import Any

import httpx
import pypdf
import pytest
from lxml import etree

from tests.contract.schema import TEXT, obj
from tests.support.server import Api, Server, attached, expect, make_organization

Body = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-000000000000"
SHAPE = obj(
    {
        "kind": {"enum": ["pdf", "facturx", "xrechnung", "ubl", "fatturapa"]}, "file_name": TEXT,
        "content_type": {"enum": ["application/pdf", "application/xml"]}, "size": {"type": "integer", "minimum": 1},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}, "url": {"type": "string", "pattern": "^https?://"},
    }
)  # fmt: skip


@pytest.fixture(scope="module")
def fr(working_server: Server) -> Api:
    """A French company on a server that renders, ready for an XRechnung."""
    return Api(working_server, make_organization(working_server.data, "FR", phone="+33 4 72 00 00 00"))


@pytest.fixture(scope="module")
def issued(fr: Api) -> Body:
    """A French invoice with its files."""
    return attached(fr, fr.issued(), seconds=30)


def documents(api: Api, thing: Body, kind: str = "client_invoices") -> list[Body]:
    listed: list[Body] = expect(api.get(f"/{kind}/{thing['id']}/documents"), 200)["documents"]
    return listed


def create(api: Api, thing: Body, of: str = "client_invoices", **asked: Any) -> httpx.Response:
    return api.post(f"/{of}/{thing['id']}/documents", asked)


def noted(api: Api, note: Body, *, seconds: float = 30) -> Body:
    """The credit note once its PDF is there."""
    deadline = time.monotonic() + seconds
    while not note.get("attachment_id"):
        assert time.monotonic() < deadline, "no PDF came"
        time.sleep(0.02)
        note = expect(api.get(f"/credit_notes/{note['id']}"), 200)["credit_note"]
    return note


def test_the_list_is_whole_as_soon_as_the_attachment_is_there(fr: Api, issued: Body) -> None:
    pdf, facturx, ubl = documents(fr, issued)

    assert [file["kind"] for file in (pdf, facturx, ubl)] == ["pdf", "facturx", "ubl"]
    attachment = expect(fr.get(f"/attachments/{issued['attachment_id']}"), 200)["attachment"]
    assert f"/{issued['attachment_id']}?" in pdf["url"]
    assert (pdf["file_name"], str(pdf["size"])) == (attachment["file_name"], attachment["file_size"])
    assert {**facturx, "kind": "pdf", "url": pdf["url"]} == pdf
    assert ubl["file_name"] == f"{issued['number']}-ubl.xml"


def test_each_link_opens_without_a_key_and_gives_just_these_bytes(fr: Api, issued: Body) -> None:
    for file in documents(fr, issued):
        answer = httpx.get(file["url"], trust_env=False, verify=False)
        assert answer.status_code == 200
        assert len(answer.content) == file["size"]
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert answer.headers["content-type"] == file["content_type"]
        # XML may hold scripts: it is never shown where a page of ours could be.
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_pdf_carries_an_xml_of_the_same_number_as_the_ubl(fr: Api, issued: Body) -> None:
    pdf, _, ubl = (httpx.get(file["url"], trust_env=False, verify=False).content for file in documents(fr, issued))

    (inside,) = pypdf.PdfReader(BytesIO(pdf)).attachments["factur-x.xml"]
    for data in (inside, ubl):
        assert issued["number"] in [element.text for element in etree.fromstring(data).iter()]


def test_every_file_has_the_documented_shape(fr: Api, issued: Body) -> None:
    import jsonschema

    for file in documents(fr, issued):
        jsonschema.validate(file, SHAPE)


def test_an_xrechnung_is_made_on_request_and_once(fr: Api, issued: Body) -> None:
    # It has a reference, but asks for the usual files.
    buyer = fr.client(buyer_reference="04011000-12345-34", e_invoicing_format="facturx")
    invoice = attached(fr, fr.issued(client_id=buyer["id"]), seconds=30)
    assert "xrechnung" not in [file["kind"] for file in documents(fr, invoice)]

    cii, again, ubl = (
        expect(create(fr, invoice, **asked), 201)["document"]
        for asked in ({"kind": "xrechnung"}, {"kind": "xrechnung", "syntax": "cii"},
                      {"kind": "xrechnung", "syntax": "ubl"})
    )  # fmt: skip

    same = {name: again[name] for name in ("kind", "file_name", "sha256", "size")}
    assert same == {name: cii[name] for name in same}
    assert cii["file_name"] == f"{invoice['number']}-xrechnung.xml"
    assert ubl["file_name"] == f"{invoice['number']}-xrechnung-ubl.xml"
    assert [file["kind"] for file in documents(fr, invoice)] == ["pdf", "facturx", "ubl", "xrechnung", "xrechnung"]
    assert b"xrechnung_3.0" in httpx.get(cii["url"], trust_env=False, verify=False).content


def test_a_file_that_is_there_is_answered_and_not_made_anew(fr: Api, issued: Body) -> None:
    before = documents(fr, issued)

    made = expect(create(fr, issued, kind="ubl"), 201)["document"]

    assert made["sha256"] == before[2]["sha256"]
    assert [file["sha256"] for file in documents(fr, issued)] == [file["sha256"] for file in before]


def test_what_breaks_the_rules_of_xrechnung_is_refused_with_all_of_them(fr: Api, issued: Body) -> None:
    faults = expect(create(fr, issued, kind="xrechnung"), 422)["errors"]

    assert "BR-DE-15" in [fault["meta"].get("rule") for fault in faults]
    assert all(fault["meta"]["fix"] for fault in faults)
    assert "xrechnung" not in [file["kind"] for file in documents(fr, issued)]


def test_a_dry_run_keeps_nothing(fr: Api, issued: Body) -> None:
    before = documents(fr, issued)
    answer = fr.post(
        f"/client_invoices/{issued['id']}/documents", {"kind": "ubl"}, **{"X-Dry-Run": "true"}
    )  # fmt: skip

    assert expect(answer, 201)["document"]["kind"] == "ubl"
    assert len(documents(fr, issued)) == len(before)


def test_a_draft_has_its_pdf_and_no_e_invoice(fr: Api) -> None:
    draft = attached(fr, fr.draft(), seconds=30)

    assert [file["kind"] for file in documents(fr, draft)] == ["pdf"]
    fault = expect(create(fr, draft, kind="ubl"), 412)["errors"][0]
    assert fault["code"] == "invoice_not_finalized"
    assert "finalize" in fault["meta"]["fix"]


def test_a_credit_note_has_the_same(fr: Api, issued: Body) -> None:
    note = expect(
        fr.post("/credit_notes", {
            "invoice_id": issued["id"], "issue_date": fr.today, "reason": "Retour", "currency": "EUR",
            "items": [fr.item(unit_price={"value": "10.00", "currency": "EUR"})],
        }), 201,
    )["credit_note"]  # fmt: skip
    note = noted(fr, note)

    listed = documents(fr, note, "credit_notes")
    assert [file["kind"] for file in listed] == ["pdf", "facturx", "ubl"]
    made = expect(create(fr, note, "credit_notes", kind="ubl"), 201)["document"]
    assert made["sha256"] == listed[2]["sha256"]


def test_an_italian_invoice_is_listed_with_its_fatturapa(working_server: Server) -> None:
    api = Api(working_server, make_organization(working_server.data, "IT"))
    buyer = api.client(vat_number="IT07643520567", tax_identification_number="07643520567")
    invoice = attached(api, api.issued(client_id=buyer["id"]), seconds=30)

    pdf, fatturapa = documents(api, invoice)

    assert (pdf["kind"], fatturapa["kind"]) == ("pdf", "fatturapa")
    assert fatturapa["file_name"].startswith("IT")
    assert pypdf.PdfReader(BytesIO(httpx.get(pdf["url"], trust_env=False, verify=False).content)).attachments == {}


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({}, "missing_value", "kind"), ({"kind": "pdf"}, "not_in_list", "kind"),
        ({"kind": "facturx"}, "not_in_list", "kind"), ({"kind": "xrechnung", "syntax": "edi"}, "not_in_list", "syntax"),
        ({"kind": "ubl", "syntax": "cii"}, "invalid_syntax", "syntax"),
    ],
)  # fmt: skip
def test_any_other_request_is_refused(fr: Api, issued: Body, asked: Body, code: str, field: str) -> None:
    fault = expect(create(fr, issued, **asked), 422)["errors"][0]
    assert (fault["code"], fault["source"]["pointer"]) == (code, f"/data/attributes/{field}")


def test_what_is_anothers_or_nobodys_is_not_found(fr: Api, issued: Body) -> None:
    other = Api(fr.server, make_organization(fr.server.data, "FR"))

    for api, thing in ((other, issued), (fr, {"id": UNKNOWN})):
        for kind in ("client_invoices", "credit_notes"):
            assert api.get(f"/{kind}/{thing['id']}/documents").status_code == 404
            assert create(api, thing, kind, kind="ubl").status_code == 404
