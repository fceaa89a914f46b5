"""What Italy and Spain put beside VAT: welfare fund, withholding tax, stamp duty, payment reporting."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

# "0.2" is refused and "0.20" is right: the source page asks for four to six characters. A fraction, so 1 at most.
RateText = Annotated[str, StringConstraints(min_length=4, max_length=6, pattern=r"^(0\.[0-9]{2,4}|1\.0{2,4})$")]

# Imposta di bollo: 2 EUR on documents whose lines without VAT total more than this (DPR 642/1972, tariffa art. 13).
STAMP_DUTY_THRESHOLD = Decimal("77.47")


class WelfareFund(BaseModel):
    """Cassa previdenziale: `rate` is a fraction of the lines' total, added before VAT. Italy only."""

    model_config = ConfigDict(frozen=True)

    type: Annotated[str, StringConstraints(pattern=r"^TC(0[1-9]|1[0-9]|2[0-2])$")]
    rate: RateText


class WithholdingTax(BaseModel):
    """Ritenuta d'acconto (IT) or IRPF (ES, rate only): a fraction of the base, taken off what the client pays."""

    model_config = ConfigDict(frozen=True)

    reason: Literal["RF01", "RF02", "RF03", "RF04", "RF05", "RF06"] | None = None
    rate: RateText
    payment_reason: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]?$")] | None = None


class PaymentReporting(BaseModel):
    """FatturaPA's CondizioniPagamento and ModalitaPagamento. Italy only."""

    model_config = ConfigDict(frozen=True)

    conditions: Literal["TP01", "TP02", "TP03"]
    method: Annotated[str, StringConstraints(pattern=r"^MP(0[1-9]|1[0-9]|2[0-2])$")]


StampDutyText = Annotated[str, StringConstraints(min_length=4, max_length=15, pattern=r"^[0-9]{1,12}\.[0-9]{2}$")]
