"""The legal notes that a document must print, by the seller's country, in the document's language.

Where a law gives the words, they stand in that law's language first, then in the reader's. The texts of late payment
penalties, of recovery compensation and of early payment are among the notes: a page prints the notes and needs nothing
else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Protocol

from counterfoil.domain import vat


class Seller(Protocol):
    """What the notes need to know of the seller: a profile or a document's organization block."""

    @property
    def legal_country(self) -> str: ...
    @property
    def vat_regime(self) -> str: ...


class Group(Protocol):
    """A VAT group: `totals.VatGroup` has this shape."""

    @property
    def category(self) -> str: ...
    @property
    def exemption_reason(self) -> str | None: ...


def _in_five(fr: str, en: str, de: str, it: str, es: str) -> Mapping[str, str]:
    return MappingProxyType({"fr": fr, "en": en, "de": de, "it": it, "es": es})


# Code de commerce art. L441-10 II: without a rate of the seller's own, the ECB's refinancing rate plus ten points.
_LATE_PAYMENT: Final = _in_five(
    "Pénalités de retard : taux d'intérêt appliqué par la BCE à son opération de refinancement la plus récente, "
    "majoré de 10 points de pourcentage.",
    "Late payment penalties: the ECB's most recent refinancing rate plus 10 percentage points.",
    "Verzugszinsen: jüngster Refinanzierungssatz der EZB zuzüglich 10 Prozentpunkte.",
    "Interessi di mora: tasso di rifinanziamento più recente della BCE, maggiorato di 10 punti percentuali.",
    "Intereses de demora: tipo de refinanciación más reciente del BCE más 10 puntos porcentuales.",
)
# Code de commerce art. L441-10 II and D441-5: 40 EUR.
_COMPENSATION: Final = _in_five(
    "Indemnité forfaitaire pour frais de recouvrement en cas de retard de paiement : 40 €.",
    "Fixed compensation for recovery costs in case of late payment: €40.",
    "Pauschale Entschädigung für Beitreibungskosten bei Zahlungsverzug: 40 €.",
    "Indennizzo forfettario per spese di recupero in caso di ritardato pagamento: 40 €.",
    "Indemnización fija por gastos de cobro en caso de retraso en el pago: 40 €.",
)
# Code de commerce art. L441-9 I: the conditions of early payment must be named, also when there are none.
_NO_EARLY_DISCOUNT: Final = _in_five(
    "Pas d'escompte pour paiement anticipé.",
    "No discount for early payment.",
    "Kein Skonto bei vorzeitiger Zahlung.",
    "Nessuno sconto per pagamento anticipato.",
    "Sin descuento por pronto pago.",
)
_CONDITIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "discount_conditions": _NO_EARLY_DISCOUNT,
        "late_payment_penalties": _LATE_PAYMENT,
        "legal_fixed_compensation": _COMPENSATION,
    }
)
_NO_CONDITIONS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "discount_conditions": _NO_EARLY_DISCOUNT,
        "late_payment_penalties": _in_five(
            "Pénalités de retard entre professionnels : sans objet (client non professionnel).",
            "Late payment penalties between businesses: not applicable (private customer).",
            "Verzugszinsen zwischen Unternehmen: entfällt (Privatkunde).",
            "Interessi di mora tra imprese: non applicabili (cliente privato).",
            "Intereses de demora entre empresas: no aplicables (cliente particular).",
        ),
        "legal_fixed_compensation": _in_five(
            "Indemnité forfaitaire pour frais de recouvrement : sans objet (client non professionnel).",
            "Fixed compensation for recovery costs: not applicable (private customer).",
            "Pauschale Entschädigung für Beitreibungskosten: entfällt (Privatkunde).",
            "Indennizzo forfettario per spese di recupero: non applicabile (cliente privato).",
            "Indemnización fija por gastos de cobro: no aplicable (cliente particular).",
        ),
    }
)
# CGI ann. II art. 242 nonies A I: wording since decree 2022-1299 of 7 October 2022; the older one stays customary.
_ON_DEBITS: Final = _in_five(
    "Option pour le paiement de la taxe d'après les débits (TVA acquittée sur les débits).",
    "VAT is due on invoicing.",
    "Umsatzsteuer nach vereinbarten Entgelten.",
    "IVA esigibile all'emissione della fattura.",
    "IVA devengado con la emisión de la factura.",
)
# CGI ann. II art. 242 nonies A I, same decree: the category of what is sold.
_TRANSACTION: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "goods": _in_five(
            "Catégorie de l'opération : livraison de biens.",
            "Category of transaction: supply of goods.",
            "Art des Umsatzes: Lieferung von Gegenständen.",
            "Categoria dell'operazione: cessione di beni.",
            "Categoría de la operación: entrega de bienes.",
        ),
        "services": _in_five(
            "Catégorie de l'opération : prestation de services.",
            "Category of transaction: supply of services.",
            "Art des Umsatzes: Dienstleistung.",
            "Categoria dell'operazione: prestazione di servizi.",
            "Categoría de la operación: prestación de servicios.",
        ),
        "goods_and_services": _in_five(
            "Catégorie de l'opération : livraison de biens et prestation de services.",
            "Category of transaction: supply of goods and of services.",
            "Art des Umsatzes: Lieferung von Gegenständen und Dienstleistung.",
            "Categoria dell'operazione: cessione di beni e prestazione di servizi.",
            "Categoría de la operación: entrega de bienes y prestación de servicios.",
        ),
    }
)

# The words that a small business's regime asks for. FR: CGI art. 293 E. DE: UStG § 19, UStDV § 34a Satz 1 Nr. 5.
# IT: L. 190/2014 art. 1 c. 54-89, and c. 67 for the withholding that the client must not make.
_REGIME: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "franchise": ("TVA non applicable, art. 293 B du CGI",),
        "kleinunternehmer": (
            "Steuerbefreiung für Kleinunternehmer gemäß § 19 UStG: Es wird keine Umsatzsteuer ausgewiesen.",
        ),
        "forfettario": (
            "Operazione in franchigia da IVA ai sensi dell'art. 1, commi da 54 a 89, della L. 190/2014 "
            "(regime forfettario).",
            "Compenso non soggetto a ritenuta d'acconto ai sensi dell'art. 1, comma 67, della L. 190/2014.",
        ),
    }
)

# Reasons of small businesses: their law's own words are printed whatever the reader's language.
_STATUTORY: Final = frozenset({"S293B", "S19.1", "N2.2"})

# DM 17 June 2014 art. 6: stamp duty on electronic invoices is paid virtually; the note says so.
_STAMP_DUTY: Final = "Imposta di bollo assolta in modo virtuale ai sensi dell'art. 6, comma 2, del DM 17 giugno 2014."


def mentions(
    organization: Seller,
    *,
    locale: str,
    vat_groups: Sequence[Group] = (),
    late_payment_penalties: str = "",
    discount_conditions: str = "",
    legal_fixed_compensation: str = "",
    vat_payment_condition: str | None = None,
    transaction_type: str | None = None,
    stamp_duty_amount: str | None = None,
    is_business_client: bool = True,
) -> list[str]:
    """The notes in printing order, none twice. locale: of the document (fr, en, de, it, es; English for any other).

    Empty texts take France's legal defaults where the client is a business; a private person is told nothing of them.
    """
    reader = locale if locale in vat.LOCALES else "en"
    notes = [*_exemptions(organization, vat_groups, reader)]
    if organization.legal_country == "FR":
        if transaction_type:
            notes.append(_TRANSACTION[transaction_type][reader])
        if vat_payment_condition == "compensated_for_sales" and organization.vat_regime == "standard":
            notes.append(_with_statute(_ON_DEBITS, "fr", reader))
    if stamp_duty_amount and organization.legal_country == "IT":
        notes.append(_STAMP_DUTY)
    has_defaults = organization.legal_country == "FR" and is_business_client
    for name, given in (
        ("discount_conditions", discount_conditions),
        ("late_payment_penalties", late_payment_penalties),
        ("legal_fixed_compensation", legal_fixed_compensation),
    ):
        if given.strip():
            notes.append(given)
        elif has_defaults:
            notes.append(french_condition(name, reader))
    return list(dict.fromkeys(notes))


def french_condition(name: str, locale: str, *, is_business_client: bool = True) -> str:
    """The law's own discount_conditions, late_payment_penalties or legal_fixed_compensation, where none are given.

    A French e-invoice must hold all three (BR-FR-05). To a private person they say that they do not apply: the articles
    bind between businesses only.
    """
    reader = locale if locale in vat.LOCALES else "en"
    return (_CONDITIONS if is_business_client else _NO_CONDITIONS)[name][reader]


def _exemptions(organization: Seller, groups: Sequence[Group], reader: str) -> Iterable[str]:
    """Why there is no VAT: the regime's own words, then one note a reason."""
    regime_reason = vat.default_exemption_reason(organization.vat_regime)
    if regime_reason:
        statute = vat.seller_locale(organization.legal_country)
        yield from _REGIME[organization.vat_regime]
        if reader != statute:
            yield vat.exemption_text(regime_reason, reader)
    for group in groups:
        reason = group.exemption_reason
        if reason and reason != regime_reason:
            yield _reason_note(reason, group.category, reader)


def _reason_note(reason: str, category: str, reader: str) -> str:
    """The reason in the reader's language; the words of reverse charge and of S293B in the law's as well.

    Directive 2006/112/EC art. 226 (11a) asks for the words "Reverse charge"; art. 248a lets a state ask for its own
    language.
    """
    statute = vat.seller_locale(vat.country_of(reason))
    note = vat.exemption_text(reason, reader, category)
    if reader == statute:
        return note
    if category == "AE":
        return f"{vat.REVERSE_CHARGE[statute]} / {note}"
    if reason in _STATUTORY:
        return f"{vat.exemption_text(reason, statute)} / {note}"
    return note


def _with_statute(texts: Mapping[str, str], statute: str, reader: str) -> str:
    return texts[reader] if reader == statute else f"{texts[statute]} / {texts[reader]}"
