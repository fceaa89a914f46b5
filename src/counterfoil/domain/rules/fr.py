"""France: what CGI ann. II art. 242 nonies A and the e-invoicing rules (BR-FR) ask for beyond the common rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import missing_of_seller
from counterfoil.errors import Fault

_NUMBER = re.compile(r"[A-Za-z0-9+\-_/]{1,35}", re.ASCII)


def seller_siren(facts: Facts) -> Iterable[Fault]:
    if not facts.seller("legal_number"):
        yield missing_of_seller("legal_number", "SIREN or SIRET")


def seller_vat_number(facts: Facts) -> Iterable[Fault]:
    if facts.profile.vat_regime == "standard" and not facts.seller("vat_number"):
        yield missing_of_seller("vat_number", "VAT number")


def number_fits(facts: Facts) -> Iterable[Fault]:
    if facts.number and not _NUMBER.fullmatch(facts.number):
        yield Fault(
            "unusual_number",
            f"French e-invoicing takes no such number as {facts.number}: 35 characters of A-Z a-z 0-9 + - _ / at most.",
            field="number",
            fix="Leave number out, so that it is counted; a number that was issued stays.",
        )


def buyer_siren(facts: Facts) -> Iterable[Fault]:
    if facts.is_business_client and facts.buyer_country == "FR" and not facts.buyer("tax_identification_number"):
        yield Fault(
            "missing_client_siren",
            "The client is a French business without a SIREN; an e-invoice could not be delivered to it.",
            field="client/tax_identification_number",
            fix=f"Ask the client, then PATCH /v2/clients/{facts.client.get('id', '{id}')} with "
            "tax_identification_number.",
        )


ERRORS: Final = (
    Rule("FR-01", "CGI ann. II art. 242 nonies A I 1°; Code de commerce art. R123-237", seller_siren),
    Rule("FR-02", "CGI ann. II art. 242 nonies A I 2°", seller_vat_number),
)
WARNINGS: Final = (
    Rule("FR-51", "CGI ann. II art. 242 nonies A I 1° (decree 2022-1299); BR-FR-12", buyer_siren),
    # The API takes any number of up to 40 characters; a platform for e-invoices does not.
    Rule("FR-52", "BR-FR-01, BR-FR-02", number_fits),
)

# Correction is a new document that names the first: CGI art. 289 I 5, BOI-TVA-DECLA-30-20-20-10.
CANCEL_SOURCE: Final = "CGI art. 289 I 5; CGI ann. II art. 242 nonies A"
