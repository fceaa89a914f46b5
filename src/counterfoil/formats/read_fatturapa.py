"""FatturaPA as values: ordinary 1.2 (FPR12 to businesses, FPA12 to the administration) and older ones.

A file may be a lot: one header and several invoices. EN 16931 speaks of amounts per group and line; where FatturaPA
counts otherwise (discounts per unit, welfare funds) it is said beside the mapping. A group's Natura stands where EN
16931 has the code of the exemption, UnitaMisura where it has the unit's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from counterfoil.domain.einvoice import (
    AllowanceCharge,
    Contact,
    DocumentTotals,
    EInvoice,
    Identifier,
    Line,
    Note,
    Party,
    PaymentInstructions,
    PrecedingInvoice,
    VatGroup,
)
from counterfoil.domain.money import EXACT, ZERO, round_to_cent
from counterfoil.domain.received_einvoice import ReceivedInvoice, Unreadable, WelfareFund, Withholding
from counterfoil.errors import Fault
from counterfoil.formats.read_fatturapa_terms import (
    FPA,
    address,
    category,
    name,
    percentage,
    type_code,
    vat_number,
)
from counterfoil.formats.read_xml import Element, content, missing

INVOICES_MAX: Final = 100  # of one lot
_HUNDRED: Final = Decimal(100)
_HEAD: Final = "FatturaElettronicaHeader"
_GENERAL: Final = "DatiGenerali/DatiGeneraliDocumento"
# ModalitaPagamento -> UNTDID 4461; 1 is "not defined".
_MEANS: Final[Mapping[str, str]] = {
    "MP01": "10", "MP02": "20", "MP03": "23", "MP05": "30", "MP08": "48", "MP19": "59", "MP20": "59", "MP21": "59",
}  # fmt: skip
_NO_RECIPIENT: Final = frozenset({"", "0000000", "XXXXXXX"})


def received(root: Element) -> tuple[ReceivedInvoice, ...]:
    """The invoices of a file. Raises Unreadable when one lacks what every invoice says, or when there are too many."""
    bodies = FPA.all(root, "FatturaElettronicaBody")
    if not bodies:
        raise missing("body (FatturaElettronicaBody)")
    if len(bodies) > INVOICES_MAX:
        raise Unreadable(
            "too_many_invoices", f"The lot has {len(bodies)} invoices; at most {INVOICES_MAX} are read of one file.",
            fix="Ask the supplier to send them in several files.",
        )  # fmt: skip
    head = FPA.one(root, _HEAD)
    seller, buyer = _seller(head), _buyer(head)
    version = FPA.text(head, "DatiTrasmissione/FormatoTrasmissione") or root.get("versione", "")
    return tuple(_received(body, seller, buyer, version) for body in bodies)


def _received(body: Element, seller: Party, buyer: Party, version: str) -> ReceivedInvoice:
    general = FPA.one(body, _GENERAL)
    funds = tuple(_fund(each) for each in FPA.all(general, "DatiCassaPrevidenziale"))
    invoice = _invoice(body, general, funds, seller, buyer, version)
    withholdings = tuple(_withholding(each) for each in FPA.all(general, "DatiRitenuta"))
    is_split = any(FPA.text(each, "EsigibilitaIVA") == "S" for each in _groups(body))
    to_pay = [amount for each in _payments(body) if (amount := FPA.number(each, "ImportoPagamento")) is not None]
    owed = invoice.totals.amount_due - sum((each.amount for each in withholdings), ZERO)
    if is_split:
        owed -= invoice.totals.vat_total
    has_stamp = FPA.one(general, "DatiBollo") is not None
    return ReceivedInvoice(
        invoice,
        amount_to_pay=sum(to_pay, ZERO) if to_pay else owed,
        document_type=FPA.text(general, "TipoDocumento"),
        withholdings=withholdings,
        welfare_funds=funds,
        stamp_duty=FPA.amount(general, "DatiBollo/ImportoBollo") if has_stamp else None,
        is_split_payment=is_split,
        ibans=tuple(dict.fromkeys(filter(None, (FPA.text(each, "IBAN") for each in _payments(body))))),
        notes=tuple(_notes(general, len(to_pay))),
    )


def _invoice(
    body: Element, general: Element | None, funds: tuple[WelfareFund, ...], seller: Party, buyer: Party, version: str
) -> EInvoice:
    issued = FPA.day(general, "Data")
    if issued is None:
        raise missing("day of issue (Data)")
    lines = tuple(_line(each) for each in FPA.all(body, "DatiBeniServizi/DettaglioLinee"))
    groups = _groups(body)
    charges = (*(_fund_charge(each) for each in funds), *_expenses(groups))
    deadlines = [day for each in _payments(body) if (day := _deadline(each))]
    return EInvoice(
        specification=version,
        number=FPA.needed(general, "Numero", "number (Numero)"),
        issue_date=issued,
        type_code=type_code(FPA.needed(general, "TipoDocumento", "type (TipoDocumento)")),
        currency=FPA.needed(general, "Divisa", "currency (Divisa)"),
        seller=seller,
        buyer=buyer,
        totals=_totals(general, lines, charges, groups),
        vat_groups=tuple(_vat_group(each) for each in groups),
        lines=lines,
        tax_point="payment" if any(FPA.text(each, "EsigibilitaIVA") == "D" for each in groups) else "",
        due_date=min(deadlines, default=None),
        contract_reference=FPA.text(body, "DatiGenerali/DatiContratto/IdDocumento"),
        purchase_order=FPA.text(body, "DatiGenerali/DatiOrdineAcquisto/IdDocumento"),
        notes=tuple(Note(text) for each in FPA.all(general, "Causale") if (text := content(each))),
        preceding_invoices=tuple(
            PrecedingInvoice(FPA.text(each, "IdDocumento"), FPA.day(each, "Data"))
            for each in FPA.all(body, "DatiGenerali/DatiFattureCollegate")
        ),
        payment=_payment(_payments(body)),
        allowances_charges=charges,
    )


def _groups(body: Element) -> list[Element]:
    return FPA.all(body, "DatiBeniServizi/DatiRiepilogo")


def _payments(body: Element) -> list[Element]:
    return [each for block in FPA.all(body, "DatiPagamento") for each in FPA.all(block, "DettaglioPagamento")]


def _seller(head: Element | None) -> Party:
    seller = FPA.one(head, "CedentePrestatore")
    if seller is None:
        raise missing("seller (CedentePrestatore)")
    register = f"{FPA.text(seller, 'IscrizioneREA/Ufficio')} {FPA.text(seller, 'IscrizioneREA/NumeroREA')}".strip()
    telephone, email = FPA.text(seller, "Contatti/Telefono"), FPA.text(seller, "Contatti/Email")
    return _party(
        seller,
        legal_registration=Identifier(register) if register else None,
        contact=Contact(telephone=telephone, email=email) if telephone or email else None,
    )


def _buyer(head: Element | None) -> Party:
    buyer = FPA.one(head, "CessionarioCommittente")
    if buyer is None:
        raise missing("buyer (CessionarioCommittente)")
    code = FPA.text(head, "DatiTrasmissione/CodiceDestinatario")
    mail = FPA.text(head, "DatiTrasmissione/PECDestinatario")
    # EAS 0201: the code of an office or channel in SdI; EM: a mail address.
    to_code = None if code in _NO_RECIPIENT else Identifier(code, "0201")
    return _party(buyer, electronic_address=to_code or (Identifier(mail, "EM") if mail else None))


def _party(
    party: Element,
    *,
    legal_registration: Identifier | None = None,
    electronic_address: Identifier | None = None,
    contact: Contact | None = None,
) -> Party:
    numbers = FPA.one(party, "DatiAnagrafici")
    return Party(
        name=name(FPA.one(numbers, "Anagrafica")),
        address=address(FPA.one(party, "Sede")),
        vat_number=vat_number(numbers),
        tax_number=FPA.text(numbers, "CodiceFiscale"),
        legal_registration=legal_registration,
        electronic_address=electronic_address,
        contact=contact,
    )


def _fund(element: Element) -> WelfareFund:
    return WelfareFund(
        kind=FPA.text(element, "TipoCassa"),
        amount=FPA.amount(element, "ImportoContributoCassa"),
        percentage=FPA.number(element, "AlCassa"),
        base_amount=FPA.number(element, "ImponibileCassa"),
        vat_percentage=FPA.number(element, "AliquotaIVA"),
        exemption_code=FPA.text(element, "Natura"),
        is_withheld=FPA.text(element, "Ritenuta") == "SI",
    )


def _fund_charge(fund: WelfareFund) -> AllowanceCharge:
    kind = category(fund.exemption_code, fund.vat_percentage)
    return AllowanceCharge(
        is_charge=True,
        amount=fund.amount,
        base_amount=fund.base_amount,
        percentage=fund.percentage,
        reason=fund.kind,
        vat_category=kind,
        vat_percentage=percentage(kind, fund.vat_percentage),
    )


def _expenses(groups: Iterable[Element]) -> Iterable[AllowanceCharge]:
    """What stands in a group alone, not on a line: costs, and what its base was rounded by."""
    for group in groups:
        kind, rate = _category(group)
        for reason in ("SpeseAccessorie", "Arrotondamento"):
            amount = FPA.amount(group, reason)
            if amount:
                yield AllowanceCharge(True, amount, reason=reason, vat_category=kind, vat_percentage=rate)


def _withholding(element: Element) -> Withholding:
    return Withholding(
        kind=FPA.text(element, "TipoRitenuta"),
        amount=FPA.amount(element, "ImportoRitenuta"),
        percentage=FPA.number(element, "AliquotaRitenuta"),
        payment_reason=FPA.text(element, "CausalePagamento"),
    )


def _category(element: Element) -> tuple[str, Decimal | None]:
    rate = FPA.number(element, "AliquotaIVA")
    kind = category(FPA.text(element, "Natura"), rate)
    return kind, percentage(kind, rate)


def _vat_group(group: Element) -> VatGroup:
    kind, rate = _category(group)
    return VatGroup(
        category=kind,
        percentage=rate,
        taxable_amount=FPA.amount(group, "ImponibileImporto"),
        vat_amount=FPA.amount(group, "Imposta"),
        exemption_reason=FPA.text(group, "RiferimentoNormativo"),
        exemption_reason_code=FPA.text(group, "Natura"),
    )


def _totals(
    general: Element | None, lines: Iterable[Line], charges: Iterable[AllowanceCharge], groups: list[Element]
) -> DocumentTotals:
    """ImportoTotaleDocumento may be left out: then it is what the groups say. It holds the document's rounding."""
    net = sum((FPA.amount(each, "ImponibileImporto") for each in groups), ZERO)
    vat = sum((FPA.amount(each, "Imposta") for each in groups), ZERO)
    rounding = FPA.amount(general, "Arrotondamento")
    total = FPA.number(general, "ImportoTotaleDocumento")
    total = net + vat + rounding if total is None else total
    return DocumentTotals(
        line_total=_line_total(lines),
        allowance_total=ZERO,
        charge_total=sum((each.amount for each in charges), ZERO),
        tax_exclusive=net,
        vat_total=vat,
        tax_inclusive=total - rounding,
        paid_amount=ZERO,
        amount_due=total,
        rounding_amount=rounding,
    )


def _line_total(lines: Iterable[Line]) -> Decimal:
    """The lines' sum; they may have eight decimals each and are rounded per group, as the groups are."""
    sums: dict[tuple[str, Decimal | None], Decimal] = {}
    for line in lines:
        key = line.vat_category, line.vat_percentage
        sums[key] = sums.get(key, ZERO) + line.net_amount
    return sum((round_to_cent(each) for each in sums.values()), ZERO)


def _line(line: Element) -> Line:
    quantity = FPA.number(line, "Quantita")
    quantity = Decimal(1) if quantity is None else quantity
    price = FPA.amount(line, "PrezzoUnitario")
    kind, rate = _category(line)
    return Line(
        id=FPA.text(line, "NumeroLinea"),
        name=FPA.text(line, "Descrizione"),
        quantity=quantity,
        unit_code=FPA.text(line, "UnitaMisura"),
        net_price=price,
        net_amount=FPA.amount(line, "PrezzoTotale"),
        vat_category=kind,
        vat_percentage=rate,
        allowances_charges=tuple(_line_allowances(FPA.all(line, "ScontoMaggiorazione"), price, quantity)),
        period_start=FPA.day(line, "DataInizioPeriodo"),
        period_end=FPA.day(line, "DataFinePeriodo"),
        seller_item_id=FPA.text(line, "CodiceArticolo/CodiceValore"),
    )


def _line_allowances(given: list[Element], price: Decimal, quantity: Decimal) -> Iterable[AllowanceCharge]:
    """Discounts and surcharges are per unit and follow on one another; here they are of the whole line."""
    for each in given:
        per_cent, amount = FPA.number(each, "Percentuale"), FPA.number(each, "Importo")
        if amount is None:
            amount = EXACT.divide(EXACT.multiply(price, per_cent or ZERO), _HUNDRED)
        is_charge = FPA.text(each, "Tipo") == "MG"
        yield AllowanceCharge(is_charge, EXACT.multiply(amount, quantity), percentage=per_cent)
        price = EXACT.add(price, amount) if is_charge else EXACT.subtract(price, amount)


def _payment(payments: list[Element]) -> PaymentInstructions | None:
    """The first with an account, else the first. text: ModalitaPagamento, as the code says less."""
    if not payments:
        return None
    chosen = next((each for each in payments if FPA.text(each, "IBAN")), payments[0])
    method = FPA.text(chosen, "ModalitaPagamento")
    return PaymentInstructions(
        type_code=_MEANS.get(method, "1"),
        text=method,
        remittance_information=FPA.text(chosen, "CodicePagamento"),
        iban=FPA.text(chosen, "IBAN"),
        account_name=FPA.text(chosen, "Beneficiario"),
        bic=FPA.text(chosen, "BIC"),
    )


def _deadline(payment: Element) -> date | None:
    """DataScadenzaPagamento, or so many days after the day that the terms count from."""
    day = FPA.day(payment, "DataScadenzaPagamento")
    start, days = FPA.day(payment, "DataRiferimentoTerminiPagamento"), FPA.text(payment, "GiorniTerminiPagamento")
    if day or not start or not (days.isascii() and days.isdigit() and len(days) <= 3):
        return day
    return start + timedelta(days=int(days))


def _notes(general: Element | None, payments: int) -> Iterable[Fault]:
    if payments > 1:
        yield Fault(
            "instalments", f"It is paid in {payments} parts; due_date is the first one's.", field="due_date"
        )  # fmt: skip
    if FPA.all(general, "ScontoMaggiorazione"):
        yield Fault(
            "discount_on_total", "A discount or surcharge on the whole document (2.1.1.8) is in its total alone.",
            field="total_amount",
        )  # fmt: skip
