"""For each rule a document that breaks it, and what mends it: the fault's own patch, or what a person enters.

Documents are built as operations build them, for the sellers and buyers of the corpus.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Final

from counterfoil.domain.document import Identity, build_client_invoice
from counterfoil.domain.organization import OrganizationProfile
from counterfoil.domain.rules import finalize_faults
from counterfoil.errors import Fault
from counterfoil.rest import json_patch
from tests.corpus.build import new_invoice
from tests.corpus.parties import SELLERS, account_of, buyer_of

Fields = dict[str, Any]
_MOMENT: Final = "2026-11-22T09:00:00.000Z"
LINE: Final[Fields] = {
    "title": "Conseil", "quantity": "2", "unit_price": {"value": "50.00", "currency": "EUR"}, "vat_rate": "0.2",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What a document is made of. document: pointers into what was built, for what no body can ask for."""

    seller: str = "fr_company"
    buyer: str = "fr_company"
    profile: Fields = field(default_factory=dict)
    client: Fields = field(default_factory=dict)
    body: Fields = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)

    def also(self, other: Case) -> Case:
        """The same case with more changes on top."""
        return Case(
            self.seller, self.buyer, self.profile | other.profile, self.client | other.client, self.body | other.body,
            {**self.document, **other.document},
        )  # fmt: skip

    def made(self) -> Made:
        """The document that it asks for."""
        profile = OrganizationProfile.model_validate(SELLERS[self.seller] | self.profile)
        client = {name: value for name, value in {**buyer_of(self.buyer), **self.client}.items() if value is not None}
        rate = {"FR": "0.2", "DE": "0.19", "ES": "0.21", "IT": "0.22", "BE": "0.21"}[profile.legal_country]
        body = {"issue_date": "2026-11-22", "due_date": "2026-12-22", "performance_start_date": "2026-11-20",
                "items": [LINE | {"vat_rate": rate}]}  # fmt: skip
        new = new_invoice(body | self.body)
        frozen = build_client_invoice(
            new,
            Identity("00000000-0000-7000-8000-000000000001", "o-1", _MOMENT, number=new.number),
            profile=profile,
            client=client,
            account=account_of("FR"),
        )
        document = frozen.model_dump(mode="json")
        for pointer, value in self.document.items():
            document = patched(document, [{"op": "add", "path": pointer, "value": value}])
        return Made(document, client, profile)


@dataclass(frozen=True)
class Made:
    """A document before its number, with the resources that it was made of."""

    document: Fields
    client: Fields
    profile: OrganizationProfile

    def judged(self) -> tuple[list[Fault], list[Fault]]:
        return finalize_faults(self.document, self.profile)

    def mended(self, fault: Fault) -> Made:
        """With the fault's patch applied to what it is for, as a program would do over the API."""
        document, client = deepcopy(self.document), deepcopy(self.client)
        profile = self.profile.model_dump(mode="json")
        if fault.patch_target == "client_invoice":
            document = patched(document, fault.patch)
        elif fault.patch_target == "client":
            client = patched(client, fault.patch)
            document["client"] = client
        else:
            profile = patched(profile, fault.patch)
            document["organization"] |= {name: profile[name] for name in profile if name in document["organization"]}
        return Made(document, client, OrganizationProfile.model_validate(profile))


def patched(resource: Fields, operations: Any) -> Fields:
    """The resource after the operations, by RFC 6902."""
    listed = [
        json_patch.Operation(index, each["op"], tuple(each["path"][1:].split("/")), each.get("value"))
        for index, each in enumerate(operations)
    ]
    return json_patch.applied(resource, listed)


@dataclass(frozen=True)
class Breach:
    """A case that breaks one rule. mended_by: what a person enters; None where the fault's own patch mends it.

    is_warning: it is only told. says: the official rule that a file of the broken document breaks, where our writers do
    not go round it.
    """

    rule: str
    case: Case
    mended_by: Case | None = None
    is_warning: bool = False
    says: str = ""


def _line(**more: Any) -> Fields:
    return {"items": [LINE | more]}


def _free(reason: str, **more: Any) -> Fields:
    return _line(vat_rate="0", vat_exemption_reason=reason, **more)


PATCHED: Final = None
GERMAN: Final = Case("de_company", "de_authority")
BELGIAN: Final[Fields] = {
    "legal_country": "BE", "legal_number": "", "vat_number": "", "tax_number": "", "commercial_register_number": "",
}  # fmt: skip

BREACHES: Final = (
    # The law, wherever the seller is.
    Breach("CF-02", Case(profile={"address_line_1": ""}), Case(profile={"address_line_1": "1 rue Haute"})),
    Breach(
        "CF-03",
        Case(client={"address": "", "city": "", "billing_address": {"country_code": "FR"}}),
        Case(client={"billing_address": {"street_address": "2 rue Basse", "city": "Lyon", "country_code": "FR"}}),
    ),
    Breach("CF-04", Case("de_company", "de_company", body=_line(vat_rate="0.2")), Case(body=_line(vat_rate="0.19"))),
    Breach("CF-05", Case("fr_franchise"), PATCHED),
    Breach("CF-51", Case("de_company", "de_company", body={"due_date": "2026-11-01"}), PATCHED, is_warning=True),
    Breach(
        "CF-52",
        Case(client={"vat_number": "FR32123456789"}),
        Case(client={"vat_number": "FR96552100554"}),
        is_warning=True,
    ),
    Breach("CF-53", Case("de_company", "de_company", body=_free("S261")), PATCHED, is_warning=True),
    Breach("CF-54", Case(body=_line(vat_exemption_reason="S261")), PATCHED, is_warning=True),
    # EN 16931.
    Breach("BR-07", Case(client={"name": ""}), Case(client={"name": "Éditions"}), says="BR-07"),
    Breach(
        "BR-09",
        Case("es_company", "es_company", profile={"address_country": "ZZ"}),
        Case(profile={"address_country": "ES"}),
        says="BR-CL-14",
    ),
    Breach(
        "BR-11",
        Case(client={"country_code": "", "billing_address": {"street_address": "2 rue Basse", "city": "Lyon"}}),
        Case(client={"country_code": "FR", "billing_address": {"city": "Lyon", "country_code": "FR"}}),
        says="BR-11",
    ),
    Breach("BR-16", Case(body={"items": []}), Case(body=_line()), says="BR-16"),
    Breach("BR-25", Case(body=_line(title=" ")), Case(body=_line(title="Conseil"))),
    Breach(
        "BR-27",
        Case(document={"/items/0/unit_price/value": "-50.00", "/items/0/quantity": "-2"}),
        PATCHED,
        says="BR-27",
    ),
    Breach(
        "BR-61",
        Case(document={"/payment_methods": []}),
        Case(document={"/payment_methods": [{"iban": "FR7630006000011234567890189"}]}),
    ),
    Breach(
        "BR-CL-14",
        Case(buyer="us_company", client={"country_code": "UK", "billing_address": {"country_code": "UK", "city": "x"}}),
        PATCHED,
        says="BR-CL-14",
    ),
    Breach("BR-CL-23", Case(body=_line(unit_code="ZZQ", unit="heure")), PATCHED, is_warning=True),
    Breach(
        "BR-CO-26",
        Case("es_company", "be_company", profile=BELGIAN),
        Case(profile={"vat_number": "BE0428759497"}),
        says="BR-CO-26",
    ),
    Breach(
        "BR-S-02",
        Case("de_company", "de_company", profile={"vat_number": "", "tax_number": ""}),
        Case(profile={"tax_number": "181/815/08155"}),
    ),
    Breach(
        "BR-G-02",
        Case("es_freelancer", "us_company", body=_free("S21")),
        PATCHED,
        says="BR-G-02",
    ),
    Breach(
        "BR-IC-02",
        Case("es_freelancer", "be_company", body=_free("S25")),
        Case(profile={"vat_number": "ES12345678Z"}),
        says="BR-IC-02",
    ),
    Breach(
        "BR-IC-02",
        Case("de_company", "be_company", client={"vat_number": None}, body=_free("S4.1B")),
        Case(client={"vat_number": "BE0428759497"}),
        says="BR-IC-02",
    ),
    Breach(
        "BR-AE-02",
        Case(
            "de_company",
            "de_company",
            client={"vat_number": None, "tax_identification_number": None},
            body=_free("S13B"),
        ),
        Case(client={"vat_number": "DE129273398"}),
        says="BR-AE-02",
    ),
    Breach(
        "BR-IC-11",
        Case("de_company", "be_company", body=_free("S4.1B") | {"performance_start_date": None}),
        PATCHED,
        is_warning=True,
    ),
    Breach(
        "BR-O-11",
        Case(buyer="us_company", body={"items": [*_free("S259")["items"], LINE]}),
        Case(body=_free("S259")),
        says="BR-O-11",
    ),
    Breach(
        "BR-62",
        Case("es_company", "es_company", profile={"electronic_address": "taller"}),
        Case(profile={"electronic_address": "taller@sol.example"}),
        is_warning=True,
    ),
    Breach(
        "BR-63",
        Case("de_company", "de_company", client={"e_invoicing_address": "mueller"}),
        Case(client={"e_invoicing_address_scheme": "0088"}),
        is_warning=True,
    ),
    # France.
    Breach("BR-FR-10", Case(profile={"legal_number": ""}), PATCHED),
    Breach(
        "BR-FR-10",
        Case("fr_franchise", profile={"legal_number": "RCS Lyon"}, body=_line(vat_rate="0")),
        Case(profile={"legal_number": "404833048"}),
        says="BR-FR-10",
    ),
    Breach("FR-02", Case(profile={"vat_number": ""}), PATCHED),
    Breach("BR-FR-01", Case(body={"number": "F" * 36}), PATCHED, says="BR-FR-01"),
    Breach("BR-FR-02", Case(body={"number": "FA 2026 1"}), PATCHED, says="BR-FR-02"),
    Breach(
        "BR-FR-02",
        Case(
            document={
                "/deposits": [
                    {"number": "FA 1", "issue_date": "2026-01-01", "amount": {"value": "0.00", "currency": "EUR"}}
                ]
            }
        ),
        Case(document={"/deposits": []}),
        is_warning=True,
        says="BR-FR-02",
    ),
    Breach(
        "BR-FR-03",
        Case(body={"performance_start_date": "1999-12-31"}),
        Case(body={"performance_start_date": "2026-11-20"}),
        says="BR-FR-03",
    ),
    Breach("BR-FR-CO-07", Case(body={"due_date": "2026-11-01"}), PATCHED, says="BR-FR-CO-07"),
    Breach("BR-FR-16", Case(body=_line(vat_rate="0.19")), Case(body=_line(vat_rate="0.2")), says="BR-FR-16"),
    Breach(
        "BR-FR-16",
        Case(buyer="de_person", body=_line(vat_rate="0.19")),
        Case(body=_line(vat_rate="0.2")),
        is_warning=True,
        says="BR-FR-16",
    ),
    Breach("BR-FR-DEC-02", Case(body=_line(quantity="1.00001")), PATCHED, says="BR-FR-DEC-02"),
    # Its words say "strictly above zero"; the official check lets zero pass.
    Breach(
        "BR-FR-DEC-03",
        Case(body=_line(unit_price={"value": "0.00", "currency": "EUR"})),
        Case(body=_line(discount={"type": "percentage", "value": "1"})),
    ),
    Breach(
        "BR-FR-12",
        Case(client={"tax_identification_number": None, "vat_number": None, "email": None}),
        Case(client={"tax_identification_number": "552100554"}),
        is_warning=True,
    ),
    Breach("BR-FR-21", Case(client={"e_invoicing_address": "404833048"}), PATCHED),
    Breach("BR-FR-23", Case(client={"e_invoicing_address": "552100554 b"}), PATCHED, says="BR-FR-23"),
    Breach("BR-FR-25", Case(client={"e_invoicing_address": "552100554_" + "b" * 120}), PATCHED, says="BR-FR-25"),
    Breach(
        "BR-FR-11",
        Case(client={"tax_identification_number": None, "vat_number": None}),
        Case(client={"tax_identification_number": "552100554"}),
        is_warning=True,
    ),
    Breach(
        "FR-51",
        Case(profile={"transaction_type": None}, body={"issue_date": "2027-09-01", "due_date": "2027-09-30"}),
        Case(profile={"transaction_type": "services"}),
        is_warning=True,
    ),
    # Germany.
    Breach(
        "DE-51",
        Case("de_company", "de_company", body={"performance_start_date": None}),
        Case(body={"performance_start_date": "2026-11-20"}),
        is_warning=True,
    ),
    Breach(
        "BR-DE-15",
        Case("de_company", "de_company", body={"e_invoicing_format": "xrechnung"}),
        Case(body={"buyer_reference": "K-1"}),
        says="BR-DE-15",
    ),
    Breach(
        "BR-DE-15",
        Case("de_company", "de_company", body={"e_invoicing_format": "xrechnung"}),
        Case(body={"purchase_order": "PO-7"}),
        says="BR-DE-15",
    ),
    Breach(
        "BR-DE-3",
        GERMAN.also(Case(profile={"address_city": ""})),
        Case(profile={"address_city": "Hamburg"}),
        says="BR-DE-3",
    ),
    Breach(
        "BR-DE-4",
        GERMAN.also(Case(profile={"address_zipcode": ""})),
        Case(profile={"address_zipcode": "20095"}),
        says="BR-DE-4",
    ),
    Breach("BR-DE-6", GERMAN.also(Case(profile={"phone": ""})), Case(profile={"phone": "+49 40 1234"}), says="BR-DE-6"),
    Breach("BR-DE-7", GERMAN.also(Case(profile={"email": ""})), Case(profile={"email": "a@b.example"}), says="BR-DE-7"),
    Breach(
        "BR-DE-8",
        GERMAN.also(Case(client={"billing_address": {"zip_code": "10115", "street_address": "x"}})),
        Case(client={"billing_address": {"zip_code": "10115", "city": "Berlin", "country_code": "DE"}}),
        says="BR-DE-8",
    ),
    Breach(
        "BR-DE-9",
        GERMAN.also(Case(client={"billing_address": {"city": "Berlin", "country_code": "DE"}})),
        Case(client={"billing_address": {"zip_code": "10115", "city": "Berlin", "country_code": "DE"}}),
        says="BR-DE-9",
    ),
    Breach(
        "PEPPOL-EN16931-R010",
        GERMAN.also(Case(client={"email": None})),
        Case(client={"email": "a@b.example"}),
        says="PEPPOL-EN16931-R010",
    ),
    Breach(
        "PEPPOL-EN16931-R020",
        Case("de_small", "de_authority", profile={"email": ""}, body=_line(vat_rate="0")),
        Case(profile={"email": "a@b.example"}),
        says="PEPPOL-EN16931-R020",
    ),
    Breach("BR-DE-18", GERMAN.also(Case(body={"terms_and_conditions": "#Skonto#TAGE=14#PROZENT=2#"})), PATCHED),
    Breach(
        "BR-DE-18",
        GERMAN.also(Case(body={"terms_and_conditions": "# 30 Tage netto"})),
        Case(body={"terms_and_conditions": "30 Tage netto"}),
    ),
    Breach(
        "BR-DE-27",
        GERMAN.also(Case(profile={"phone": "12"})),
        Case(profile={"phone": "+49 40 123"}),
        is_warning=True,
        says="BR-DE-27",
    ),
    Breach(
        "BR-DE-28",
        GERMAN.also(Case(profile={"email": "a@localhost"})),
        Case(profile={"email": "a@b.example"}),
        is_warning=True,
        says="BR-DE-28",
    ),
    Breach(
        "BR-DE-TMP-32",
        GERMAN.also(Case(body={"performance_start_date": None})),
        Case(body={"performance_start_date": "2026-11-20"}),
        is_warning=True,
    ),
)
