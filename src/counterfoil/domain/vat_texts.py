"""BT-120 and the document's legal note: why a line carries no VAT, in five languages, citing the law.

A text is a phrase in the reader's language and the paragraph in the law's own. Statutory wordings stand as the law has
them in the language of that law: CGI ann. II art. 242 nonies A I 12° (FR), UStG § 14 Abs. 4 Nr. 8 and § 14a Abs. 5
(DE), DPR 633/1972 art. 21 c. 6 and 6-bis (IT), RD 1619/2012 art. 6.1 j and m (ES); for all, Directive 2006/112/EC
art. 226 (11) and (11a).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

LOCALES: Final = ("fr", "en", "de", "it", "es")

_PHRASES: Final[Mapping[str, tuple[str, str, str, str, str]]] = MappingProxyType(
    {  # in the order of LOCALES
        "not_applicable": (
            "TVA non applicable", "VAT not applicable", "Keine Umsatzsteuer", "IVA non applicabile", "IVA no aplicable",
        ),
        "small_business": (
            "Exonération de TVA des petites entreprises", "VAT exemption for small businesses",
            "Steuerbefreiung für Kleinunternehmer", "Esenzione IVA per le piccole imprese",
            "Exención de IVA para pequeñas empresas",
        ),
        "flat_rate": (
            "Opération hors TVA, régime forfaitaire italien", "Outside the scope of VAT, Italian flat-rate regime",
            "Nicht steuerbar, italienische Pauschalregelung", "Operazione in regime forfettario, senza addebito di IVA",
            "Operación no sujeta a IVA, régimen a tanto alzado italiano",
        ),
        "exempt": (
            "Exonération de TVA", "Exempt from VAT", "Umsatzsteuerfrei", "Operazione esente da IVA",
            "Operación exenta de IVA",
        ),
        "export": (
            "Exonération de TVA, exportation", "Exempt from VAT, export", "Steuerfreie Ausfuhrlieferung",
            "Operazione non imponibile, esportazione", "Operación exenta de IVA, exportación",
        ),
        "export_or_supply": (
            "Exonération de TVA, exportation ou livraison intracommunautaire",
            "Exempt from VAT, export or intra-Community supply",
            "Steuerfreie Ausfuhr- oder innergemeinschaftliche Lieferung",
            "Operazione non imponibile, esportazione o cessione intracomunitaria",
            "Operación exenta de IVA, exportación o entrega intracomunitaria",
        ),
        "supply": (
            "Exonération de TVA, livraison intracommunautaire", "Exempt from VAT, intra-Community supply",
            "Steuerfreie innergemeinschaftliche Lieferung", "Operazione non imponibile, cessione intracomunitaria",
            "Operación exenta de IVA, entrega intracomunitaria",
        ),
        "not_taxable": (
            "Opération non imposable", "Not taxable", "Steuerfreier Umsatz ohne Steuerausweis",
            "Operazione non imponibile", "Operación no gravada",
        ),
        "excluded": (
            "Exclu de la base imposable à la TVA", "Excluded from the taxable base",
            "Nicht Teil der Bemessungsgrundlage", "Escluso dalla base imponibile IVA",
            "Excluido de la base imponible del IVA",
        ),
        "outside": (
            "Opération hors du champ de la TVA", "Outside the scope of VAT", "Nicht steuerbarer Umsatz",
            "Operazione non soggetta a IVA", "Operación no sujeta a IVA",
        ),
        "placed_abroad": (
            "TVA non applicable, prestation imposable dans le pays du client",
            "VAT not applicable, service taxable in the customer's country",
            "Im Land des Leistungsempfängers steuerbare Leistung",
            "Prestazione imponibile nel paese del committente",
            "Servicio sujeto a imposición en el país del cliente",
        ),
        "reverse_charge": (
            "Autoliquidation", "Reverse charge", "Steuerschuldnerschaft des Leistungsempfängers",
            "Inversione contabile", "Inversión del sujeto pasivo",
        ),
        "margin": (
            "Régime de la marge bénéficiaire", "Margin scheme", "Differenzbesteuerung", "Regime del margine",
            "Régimen especial de los bienes usados",
        ),
        "other_state": (
            "TVA acquittée dans un autre État de l'UE", "VAT accounted for in another EU country",
            "Umsatzsteuer in einem anderen EU-Staat abgeführt", "IVA assolta in altro Stato UE",
            "IVA ingresado en otro Estado de la UE",
        ),
        "simplified": (
            "Exonération de TVA, régime simplifié", "Exempt from VAT, simplified scheme",
            "Umsatzsteuerfrei, vereinfachte Regelung", "Operazione esente da IVA, regime semplificato",
            "Operación exenta de IVA, régimen simplificado",
        ),
    }
)  # fmt: skip

_DPR: Final = "DPR 633/1972"
_LIVA: Final = "Ley 37/1992 (LIVA)"

# code -> phrase, paragraph
_REASONS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "S293B": ("not_applicable", "art. 293 B du CGI"),
        "S259": ("placed_abroad", "art. 259 du CGI"),
        "S261": ("exempt", "art. 261 du CGI"),
        "S262": ("export_or_supply", "art. 262 et 262 ter du CGI"),
        "S262.1": ("export_or_supply", "art. 262 I et 262 ter I du CGI"),
        "S263": ("exempt", "art. 263 du CGI"),
        "S283": ("reverse_charge", "art. 283 du CGI"),
        "S19.1": ("small_business", "§ 19 UStG"),
        "S4": ("exempt", "§ 4 UStG"),
        "S4.1A": ("export", "§ 4 Nr. 1 Buchst. a UStG"),
        "S4.1B": ("supply", "§ 4 Nr. 1 Buchst. b UStG"),
        "S13B": ("reverse_charge", "§ 13b UStG"),
        "N1": ("excluded", f"art. 15 {_DPR}"),
        "N2": ("outside", _DPR),
        "N2.1": ("outside", f"art. 7 - 7-septies {_DPR}"),
        "N2.2": ("flat_rate", "art. 1, commi 54-89, L. 190/2014"),
        "N3": ("not_taxable", _DPR),
        "N3.1": ("export", f"art. 8 c. 1 {_DPR}"),
        "N3.2": ("supply", "art. 41 DL 331/1993"),
        "N3.3": ("not_taxable", f"art. 71 {_DPR} (San Marino)"),
        "N3.4": ("not_taxable", f"art. 8-bis {_DPR}"),
        "N3.5": ("not_taxable", f"art. 8 c. 1 lett. c {_DPR} (dichiarazione d'intento)"),
        "N3.6": ("not_taxable", _DPR),
        "N4": ("exempt", f"art. 10 {_DPR}"),
        "N5": ("margin", "art. 36 DL 41/1995"),
        "N6": ("reverse_charge", f"art. 17 {_DPR}"),
        "N6.1": ("reverse_charge", f"art. 74 c. 7-8 {_DPR}"),
        "N6.2": ("reverse_charge", f"art. 17 c. 5 {_DPR}"),
        "N6.3": ("reverse_charge", f"art. 17 c. 6 lett. a {_DPR}"),
        "N6.4": ("reverse_charge", f"art. 17 c. 6 lett. a-bis {_DPR}"),
        "N6.5": ("reverse_charge", f"art. 17 c. 6 lett. b {_DPR}"),
        "N6.6": ("reverse_charge", f"art. 17 c. 6 lett. c {_DPR}"),
        "N6.7": ("reverse_charge", f"art. 17 c. 6 lett. a-ter {_DPR}"),
        "N6.8": ("reverse_charge", f"art. 17 c. 6 lett. d-bis, d-ter, d-quater {_DPR}"),
        "N6.9": ("reverse_charge", f"art. 17 {_DPR}"),
        "N7": ("other_state", "art. 41 DL 331/1993, art. 7-sexies, 7-octies e 74-sexies " + _DPR),
        "S20": ("exempt", f"art. 20 {_LIVA}"),
        "S21": ("export", f"art. 21 {_LIVA}"),
        "S25": ("supply", f"art. 25 {_LIVA}"),
        "S69": ("placed_abroad", f"art. 69 {_LIVA}"),
        "S84.1.2": ("reverse_charge", f"art. 84.Uno.2.º {_LIVA}"),
        "S122": ("simplified", f"art. 122 {_LIVA}"),
    }
)

REVERSE_CHARGE: Final[Mapping[str, str]] = MappingProxyType(dict(zip(LOCALES, _PHRASES["reverse_charge"], strict=True)))


def exemption_text(reason: str, locale: str, category: str = "") -> str:
    """Why a line carries no VAT, in `locale` (fr, en, de, it, es; English for any other): phrase, then the law.

    category: of the line's VAT group; for AE the words of reverse charge come first where the phrase lacks them.
    """
    phrase, law = _REASONS[reason]
    reader = locale if locale in LOCALES else "en"
    text = f"{_PHRASES[phrase][LOCALES.index(reader)]}, {law}"
    if category == "AE" and phrase != "reverse_charge":
        return f"{REVERSE_CHARGE[reader]}: {text}"
    return text


def law_of(reason: str) -> str:
    """The paragraph that a reason stands for."""
    return _REASONS[reason][1]


def seller_locale(country: str) -> str:
    """The language whose wording a country's law asks for; English where we know none."""
    return {"FR": "fr", "DE": "de", "AT": "de", "IT": "it", "ES": "es"}.get(country, "en")
