"""Spain: what RD 1619/2012 (Reglamento de facturación) asks for beyond the common rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from counterfoil.domain.rules.base import Facts, Rule
from counterfoil.domain.rules.common import missing_one_of
from counterfoil.errors import Fault


def seller_nif(facts: Facts) -> Iterable[Fault]:
    fields = ("tax_number", "vat_number", "legal_number")
    if not any(facts.seller(field) for field in fields):
        yield missing_one_of(fields, "NIF")


ERRORS: Final = (Rule("ES-01", "RD 1619/2012 art. 6.1.c", seller_nif),)
WARNINGS: Final[tuple[Rule, ...]] = ()

CANCEL_SOURCE: Final = "RD 1619/2012 art. 15 (factura rectificativa)"
