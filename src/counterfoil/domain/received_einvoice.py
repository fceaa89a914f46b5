"""What a file that a supplier sent says, as values: its invoices, and what EN 16931 has no term for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from counterfoil.domain.einvoice import EInvoice
from counterfoil.errors import Fault, Invalid

ReadSyntax = Literal["cii", "ubl", "fatturapa"]
Wrapper = Literal["", "pdf", "p7m"]


class Unreadable(Invalid):
    """The file means to be an e-invoice and cannot be read: damaged, unsafe, or without what an invoice must say."""


class NoEInvoice(Unreadable):
    """There is nothing in it that would be an e-invoice, such as in a PDF without XML."""


@dataclass(frozen=True, slots=True)
class Withholding:
    """FatturaPA 2.1.1.5: tax that the buyer keeps back for the supplier. percentage: 20 is 20 %."""

    kind: str  # TipoRitenuta, RT01 to RT06
    amount: Decimal
    percentage: Decimal | None = None
    payment_reason: str = ""  # CausalePagamento


@dataclass(frozen=True, slots=True)
class WelfareFund:
    """FatturaPA 2.1.1.7: a contribution that is charged to the buyer; it also stands among the invoice's charges."""

    kind: str  # TipoCassa, TC01 to TC22
    amount: Decimal
    percentage: Decimal | None = None
    base_amount: Decimal | None = None
    vat_percentage: Decimal | None = None
    exemption_code: str = ""  # Natura
    is_withheld: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedInvoice:
    """One invoice of a file.

    amount_to_pay: what the supplier asks for, after withholding. document_type: as the file writes it (380, TD01).
    stamp_duty: what the file says was paid as stamp duty, None when it says nothing. third_party_payments: amounts that
    somebody else's invoice adds to the amount due (XRechnung's extension). ibans: all accounts it names, as written.
    notes: what a reader should know, each a code, a sentence and, where there is one, the field.
    """

    invoice: EInvoice
    amount_to_pay: Decimal
    document_type: str = ""
    withholdings: tuple[Withholding, ...] = ()
    welfare_funds: tuple[WelfareFund, ...] = ()
    stamp_duty: Decimal | None = None
    is_split_payment: bool = False
    third_party_payments: Decimal = Decimal("0.00")
    ibans: tuple[str, ...] = ()
    notes: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Read:
    """A file, read. invoices: at least one; several in a FatturaPA lot.

    profile: of CII and UBL "minimum", "basicwl", "basic", "en16931", "extended", "extended_ctc_fr", "xrechnung",
    "xrechnung_extension", "peppol" or "" for another; of FatturaPA "FPR12", "FPA12" or "FSM10".
    """

    syntax: ReadSyntax
    wrapper: Wrapper
    profile: str
    invoices: tuple[ReceivedInvoice, ...]

    @property
    def invoice(self) -> EInvoice:
        """The first one."""
        return self.invoices[0].invoice
