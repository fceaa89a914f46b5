"""Whole client invoices in the shape of the API's answer, for tests of what prints, mails or shows them.

The sums are worked out here, apart from the product's own code, by the same published rules.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from counterfoil.formats.page import Kind

Document = dict[str, Any]
CENT = Decimal("0.01")


def money(value: Decimal | str) -> dict[str, str]:
    return {"value": str(Decimal(value).quantize(CENT, ROUND_HALF_UP)), "currency": "EUR"}


def cents(value: Decimal | str) -> int:
    return int(Decimal(value).quantize(CENT, ROUND_HALF_UP).scaleb(2))


def item(title: str, quantity: str, price: str, vat_rate: str, **more: Any) -> Document:
    """A line; `discount` as (type, value) in `more` is applied. Its VAT twins are its own, rounded."""
    gross = (Decimal(quantity) * Decimal(price)).quantize(CENT, ROUND_HALF_UP)
    discount = None
    if pair := more.pop("discount", None):
        kind, value = pair
        off = Decimal(value) if kind == "absolute" else (gross * Decimal(value)).quantize(CENT, ROUND_HALF_UP)
        discount = {"type": kind, "value": value, "amount": money(off), "amount_cents": cents(off)}
    subtotal = gross - (Decimal(discount["amount"]["value"]) if discount else 0)
    vat = (subtotal * Decimal(vat_rate)).quantize(CENT, ROUND_HALF_UP)
    return {
        "title": title, "description": "", "quantity": quantity, "unit": "", "vat_rate": vat_rate,
        "unit_price": {"value": price, "currency": "EUR"}, "unit_price_cents": cents(price),
        "vat_exemption_reason": None, "discount": discount,
        "total_vat": money(vat), "total_vat_cents": cents(vat),
        "total_amount": money(subtotal + vat), "total_amount_cents": cents(subtotal + vat),
        "subtotal": money(subtotal), "subtotal_cents": cents(subtotal),
    } | more  # fmt: skip


def invoice(items: Sequence[Document], organization: Document, client: Document, **more: Any) -> Document:
    """An unpaid invoice of `items`. In `more`, besides any field of the answer: `discount` as (type, value),
    `welfare_fund` without amount, `withholding_tax` without amount, `stamp_duty_amount`."""
    groups = _groups(items)
    net = sum((base for base, _ in groups.values()), Decimal(0))
    discount = _taken_off(groups, net, more.pop("discount", None))
    welfare = more.pop("welfare_fund", None)
    added = _added(groups, welfare)
    base = net - (Decimal(discount["amount"]["value"]) if discount else 0) + added
    breakdown = [_group(rate, amount, item) for rate, (amount, item) in groups.items()]
    vat = sum((Decimal(group["vat_amount"]["value"]) for group in breakdown), Decimal(0))
    total = base + vat + Decimal(more.get("stamp_duty_amount") or 0)
    withholding = more.pop("withholding_tax", None)
    held = (base * Decimal(withholding["rate"])).quantize(CENT, ROUND_HALF_UP) if withholding else Decimal(0)
    deposit = more.get("deposit_amount")
    due = total - held - (Decimal(deposit["value"]) if deposit else 0)
    figures = {
        "line_total_amount": net, "tax_exclusive_amount": base, "vat_amount": vat, "total_amount": total,
        "amount_due": due,
    }  # fmt: skip
    return (
        _frame(organization, client)
        | {"items": list(items), "vat_breakdown": breakdown, "discount": discount}
        | {"welfare_fund": welfare | {"amount": str(added)} if welfare else None}
        | {"withholding_tax": withholding | {"amount": str(held)} if withholding else None}
        | {name: money(value) for name, value in figures.items()}
        | {f"{name}_cents": cents(value) for name, value in figures.items()}
        | more
    )


def _groups(items: Sequence[Document]) -> dict[str, tuple[Decimal, Document]]:
    groups: dict[str, tuple[Decimal, Document]] = {}
    for line in items:
        base, first = groups.get(line["vat_rate"], (Decimal(0), line))
        groups[line["vat_rate"]] = (base + Decimal(line["subtotal"]["value"]), first)
    return groups


def _taken_off(
    groups: dict[str, tuple[Decimal, Document]], net: Decimal, discount: tuple[str, str] | None
) -> Document | None:
    """Takes a global discount off the groups, the remainder off the last one, and answers it as applied."""
    if discount is None:
        return None
    kind, value = discount
    whole = Decimal(value) if kind == "absolute" else (net * Decimal(value)).quantize(CENT, ROUND_HALF_UP)
    left = whole
    for position, (rate, (base, first)) in enumerate(groups.items()):
        is_last = position == len(groups) - 1
        share = left if is_last else (whole * base / net).quantize(CENT, ROUND_HALF_UP)
        groups[rate] = (base - share, first)
        left -= share
    return {"type": kind, "value": value, "amount": money(whole), "amount_cents": cents(whole)}


def _added(groups: dict[str, tuple[Decimal, Document]], welfare: Document | None) -> Decimal:
    added = Decimal("0.00")
    for rate, (base, first) in list(groups.items()) if welfare else []:
        share = (base * Decimal(welfare["rate"])).quantize(CENT, ROUND_HALF_UP) if welfare else Decimal(0)
        groups[rate] = (base + share, first)
        added += share
    return added


def _group(rate: str, base: Decimal, first: Document) -> Document:
    vat = (base * Decimal(rate)).quantize(CENT, ROUND_HALF_UP)
    return {
        "vat_category": "S" if Decimal(rate) else "E", "vat_rate": rate,
        "vat_exemption_reason": first["vat_exemption_reason"],
        "vat_exemption_text": first.get("exemption_text", ""),
        "taxable_amount": money(base), "taxable_amount_cents": cents(base),
        "vat_amount": money(vat), "vat_amount_cents": cents(vat),
    }  # fmt: skip


def _frame(organization: Document, client: Document) -> Document:
    """All the fields that a plain invoice answers, at their empties."""
    return {
        "id": "019f56b7-0000-7000-8000-000000000001", "organization_id": organization["id"], "number": "F-2026-042",
        "invoice_type": "standard", "status": "unpaid", "purchase_order": "", "contact_email": "",
        "terms_and_conditions": "", "discount_conditions": "", "late_payment_penalties": "",
        "legal_fixed_compensation": "", "header": "", "footer": "", "currency": "EUR", "issue_date": "2026-11-02",
        "due_date": "2026-12-02", "performance_date": "", "performance_start_date": "", "performance_end_date": "",
        "created_at": "2026-11-02T09:00:00.000Z", "updated_at": "2026-11-02T09:00:00.000Z",
        "finalized_at": "2026-11-02T09:00:00.000Z", "paid_at": "", "stamp_duty_amount": "", "client": client,
        "organization": organization, "payment_reporting": None, "mentions": [], "settings": {},
        "report_einvoicing": None, "credit_notes_ids": [], "attachment_id": None, "einvoicing_status": "pending",
        "einvoicing_lifecycle_events": [], "amount_paid": None, "deposit_amount": None, "invoice_url": "",
        "payment_methods": [_account(organization)],
    }  # fmt: skip


_ACCOUNTS = {
    "FR": ("FR7630006000011234567890189", "AGRIFRPP"),
    "DE": ("DE89370400440532013000", "COBADEFFXXX"),
    "IT": ("IT60X0542811101000000123456", "BLOPIT22"),
    "ES": ("ES9121000418450200051332", "CAIXESBBXXX"),
}


def _account(organization: Document) -> Document:
    iban, bic = _ACCOUNTS[organization["legal_country"]]
    return {"beneficiary_name": organization["legal_name"], "bic": bic, "iban": iban, "type": "transfer"}


def organization(country: str, legal_name: str, **more: Any) -> Document:
    """A seller with the fields of a snapshot; what is not in `more` is null."""
    empty = dict.fromkeys((
        "legal_number", "address_line_1", "address_line_2", "address_zipcode", "address_city", "address_country",
        "company_leadership", "district_court", "commercial_register_number", "vat_number", "tax_number",
        "legal_capital_share", "transaction_type", "vat_payment_condition", "address_province", "legal_form", "email",
        "phone",
    ))  # fmt: skip
    identity = {"id": "019f56b7-0000-7000-8000-0000000000aa", "legal_name": legal_name, "legal_country": country}
    return empty | identity | {"vat_regime": "standard", "address_country": country} | more


def client(name: str, locale: str, **address: Any) -> Document:
    """A company that buys; `address` holds its billing address and any other field of a client."""
    keys = ("street_address", "zip_code", "city", "province_code", "country_code")
    billing = {key: address.pop(key) for key in keys if key in address}
    return {
        "id": "019f56b7-0000-7000-8000-0000000000bb", "type": "company", "name": name, "locale": locale,
        "billing_address": billing,
    } | address  # fmt: skip


def french() -> Document:
    """Two rates, a line discount, a global discount, the three French conditions, a purchase order, a period."""
    seller = organization(
        "FR", "Atelier Lumière", legal_form="SARL", legal_capital_share=money("10000"), legal_number="552 100 554",
        commercial_register_number="RCS Lyon 552 100 554", vat_number="FR43552100554", address_line_1="12 rue Mercière",
        address_line_2="Cour des Loges", address_zipcode="69002", address_city="Lyon", email="bonjour@lumiere.example",
        phone="+33 4 72 00 00 00", transaction_type="goods_and_services", company_leadership="Camille Rousseau",
    )  # fmt: skip
    buyer = client(
        "Éditions du Vieux-Port SAS", "fr-FR", street_address="48 quai de Rive-Neuve", zip_code="13007",
        city="Marseille", country_code="FR", vat_number="FR40303265045", tax_identification_number="303 265 045",
        email="comptabilite@vieux-port.example",
    )  # fmt: skip
    return invoice(
        [
            item("Reportage photographique, salon du livre", "2.5", "640", "0.2", unit="day",
                 description="Prises de vue en lumière naturelle.\nRetouches et fichiers haute définition compris.",
                 discount=("percentage", "0.1")),
            item("Tirages d’art, papier coton 310 g", "24", "38.5", "0.2", unit="number_of_articles"),
            item("Cession de droits, édition imprimée", "1", "450", "0.1"),
            item("Catalogue de l’exposition, 96 pages", "120", "6.125", "0.055"),
        ],
        seller, buyer, discount=("absolute", "75"), purchase_order="BC-2026-1187",
        performance_start_date="2026-10-19", performance_end_date="2026-10-21", contact_email="",
        header="Merci de votre confiance. Voici la facture du reportage et des tirages de l’exposition d’automne.",
        terms_and_conditions="Paiement par virement à 30 jours, en rappelant le numéro de la facture.",
        late_payment_penalties="En cas de retard de paiement, pénalités au taux de trois fois l’intérêt légal.",
        legal_fixed_compensation="Indemnité forfaitaire pour frais de recouvrement : 40 €.",
        discount_conditions="Pas d’escompte pour paiement anticipé.",
        footer="Les fichiers restent disponibles en ligne pendant un an.",
    )  # fmt: skip


def german() -> Document:
    """A GmbH with register, court and management; an intra-community supply of services without VAT beside 19 %."""
    seller = organization(
        "DE", "Nordwind Softwareberatung GmbH", legal_number="HRB 154233", district_court="Amtsgericht Hamburg",
        commercial_register_number="HRB 154233", company_leadership="Jana Petersen, Ömer Yıldız",
        vat_number="DE136695976", tax_number="22/815/08151", legal_capital_share=money("25000"),
        address_line_1="Große Elbstraße 39", address_zipcode="22767", address_city="Hamburg",
        email="rechnung@nordwind.example", phone="+49 40 1234567",
    )  # fmt: skip
    buyer = client(
        "Münchner Maschinenfabrik AG", "de", street_address="Dachauer Straße 112", zip_code="80636", city="München",
        country_code="DE", vat_number="DE811569869", email="einkauf@maschinenfabrik.example",
        delivery_address={"street_address": "Werk II, Tor 4, Ringstraße 7", "zip_code": "85080", "city": "Gaimersheim",
                          "country_code": "DE"},
    )  # fmt: skip
    return invoice(
        [
            item("Anforderungsanalyse und Lastenheft", "3", "1180", "0.19", unit="day"),
            item("Entwicklung Schnittstelle Lagerverwaltung", "46.5", "118", "0.19", unit="hour",
                 description="Umsetzung, automatische Tests und Inbetriebnahme nach Sprintplan 18 bis 20."),
            item("Wartungsvertrag", "1", "290", "0.19", unit="month", discount=("percentage", "0.15")),
            item("Fachbuch „Verteilte Systeme“", "4", "44.86", "0.07", unit="number_of_articles"),
        ],
        seller, buyer, number="R-2026-118", purchase_order="4500098812", performance_start_date="2026-10-01",
        performance_end_date="2026-10-31", mentions=["Zahlbar ohne Abzug innerhalb von 30 Tagen."],
        footer="Vielen Dank für die gute Zusammenarbeit.",
    )  # fmt: skip


def italian() -> Document:
    """A professional: welfare fund, withholding, stamp duty, a discount and an exempt line."""
    seller = organization(
        "IT", "Studio Bianchi Architetti", legal_form="Studio professionale", legal_number="07643520567",
        vat_number="IT07643520567", tax_number="BNCGLI80A41F205B", address_line_1="Via della Spiga 22",
        address_zipcode="20121", address_city="Milano", address_province="MI", email="studio@bianchi.example",
    )  # fmt: skip
    buyer = client(
        "Costruzioni Adriatiche S.r.l.", "it", street_address="Corso Vittorio Emanuele II 158", zip_code="70122",
        city="Bari", province_code="BA", country_code="IT", vat_number="IT00743110157",
        tax_identification_number="00743110157", recipient_code="KRRH6B9",
    )  # fmt: skip
    exempt = "Operazione esente, art. 10 DPR 633/72"
    return invoice(
        [
            item("Progetto esecutivo, palazzina B", "1", "4200", "0.22",
                 description="Elaborati grafici, relazione tecnica e computo metrico."),
            item("Direzione lavori", "12", "85", "0.22", unit="hour", discount=("absolute", "60")),
            item("Anticipazioni in nome e per conto del cliente", "1", "180", "0", vat_exemption_reason="N4",
                 exemption_text=exempt),
        ],
        seller, buyer, number="F-2026-017", welfare_fund={"type": "TC04", "rate": "0.04"},
        withholding_tax={"reason": "RF01", "rate": "0.20", "payment_reason": "A"}, stamp_duty_amount="2.00",
        payment_reporting={"conditions": "TP02", "method": "MP05"}, mentions=[exempt],
        performance_date="2026-10-30",
    )  # fmt: skip


def spanish_draft() -> Document:
    """A freelancer's draft with IRPF withheld: no number of its own yet."""
    seller = organization(
        "ES", "Lucía Fernández Ibáñez", legal_number="12345678Z", vat_number="ES12345678Z", tax_number="12345678Z",
        address_line_1="Calle del Espíritu Santo 31, 2.º izq.", address_zipcode="28004", address_city="Madrid",
        address_province="M", email="lucia@traducciones.example", phone="+34 600 000 000",
    )  # fmt: skip
    buyer = client(
        "Bodegas Río Duero, S.A.", "es", street_address="Avenida de Portugal 4", zip_code="47002", city="Valladolid",
        province_code="VA", country_code="ES", vat_number="ESA58818501", email="administracion@rioduero.example",
    )  # fmt: skip
    return invoice(
        [
            item("Traducción al inglés, ficha de cata", "18400", "0.085", "0.21", unit="palabras",
                 description="Precio por palabra de origen, revisión incluida."),
            item("Interpretación en la feria de Burdeos", "2", "520", "0.21", unit="day"),
        ],
        seller, buyer, number="F-2026-009-PROFORMA", status="draft", finalized_at="",
        withholding_tax={"reason": None, "rate": "0.15", "payment_reason": None},
        header="Presupuesto aceptado el 12 de octubre. Quedamos a su disposición para cualquier duda.",
    )  # fmt: skip


def english_paid() -> Document:
    """A German seller's reverse-charge invoice to Ireland, paid, with a deposit taken off."""
    return german() | {
        "status": "paid", "paid_at": "2026-11-20T10:00:00.000Z", "number": "R-2026-119", "invoice_type": "balance",
        "client": client("Shannon Robotics Ltd", "en-IE", street_address="5 Sarsfield Street", zip_code="V94 X2C0",
                         city="Limerick", country_code="IE", vat_number="IE6388047V"),
    }  # fmt: skip


def empty() -> Document:
    """The least that can be printed: every optional text, number and date is missing; a draft without lines."""
    seller = organization("FR", "Rien SAS", address_country=None)
    nobody = {"id": "019f56b7-0000-7000-8000-0000000000cc", "type": "individual"}
    return invoice([], seller, nobody, number=None, status="draft", finalized_at="", payment_methods=[], due_date="")


def long(count: int = 200) -> Document:
    """`count` lines, all different, over many pages."""
    document = french()
    lines = [
        item(f"Article {position}, référence A-{position:04}", str(position), f"{position}.25", "0.2",
             description="Une ligne de description, pour la mesure." if position % 3 == 0 else "")
        for position in range(1, count + 1)
    ]  # fmt: skip
    return invoice(lines, document["organization"], document["client"])


SAMPLES: dict[str, Callable[[], Document]] = {
    "french": french, "german": german, "italian": italian, "spanish_draft": spanish_draft,
    "english_paid": english_paid, "empty": empty,
}  # fmt: skip


def credit_note(of: Document | None = None) -> Document:
    """A credit note over part of a French invoice, or of `of`: one line of it back, with a reason."""
    original = of or french()
    lines = [
        item("Tirages d’art, papier coton 310 g", "4", "38.5", "0.2", unit="number_of_articles"),
        item("Catalogue de l’exposition, 96 pages", "20", "6.125", "0.055", discount=("percentage", "0.05")),
    ]
    made = invoice(lines, original["organization"], original["client"], number="A-2026-003")
    for key in ("status", "due_date", "paid_at", "payment_methods", "invoice_type", "purchase_order"):
        del made[key]
    return made | {
        "invoice_id": original["id"], "invoice_number": original["number"],
        "invoice_issue_date": original["issue_date"], "issue_date": "2026-11-20",
        "reason": "Quatre tirages et vingt catalogues sont arrivés abîmés.\nRepris à nos frais.",
    }  # fmt: skip


def _quote(of: Document, **more: Any) -> Document:
    """What a quote answers: an invoice's parties, lines and sums, without what only invoices have."""
    texts = ("approved_at", "approved_by", "canceled_at", "declined_by", "decline_reason", "document_hash", "quote_url")
    state = {"status": "pending_approval", "expiry_date": "2026-12-31", "invoice_ids": [], "is_sent": True}
    made = of | dict.fromkeys(texts, "") | state
    only_invoices = (
        "due_date", "paid_at", "payment_methods", "invoice_type", "invoice_url", "purchase_order", "finalized_at",
        "late_payment_penalties", "legal_fixed_compensation", "discount_conditions",
    )  # fmt: skip
    for key in only_invoices:
        del made[key]
    return made | more


TERMS = "\n".join(
    f"{number}. Le client valide chaque étape par écrit sous dix jours ; passé ce délai, l’étape est réputée acquise, "
    "et le prestataire poursuit selon le calendrier convenu entre les parties."
    for number in range(1, 18)
)


def french_quote() -> Document:
    """A quote that waits for its answer, with terms that fill a page."""
    return _quote(
        french(), number="D-2026-007", terms_and_conditions=TERMS[:3000],
        header="Suite à notre entretien, voici notre proposition pour le reportage et les tirages.",
    )  # fmt: skip


def german_quote() -> Document:
    """A quote that was accepted online."""
    return _quote(
        german(), number="D-2026-011", status="approved", approved_at="2026-11-05T13:22:07.123Z",
        approved_by="Dr. Jörg Müller-Lüdenscheidt", terms_and_conditions="Es gelten unsere AGB von 2026.",
        document_hash="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    )  # fmt: skip


def italian_quote() -> Document:
    """A professional's quote with a welfare fund and withholding."""
    return _quote(italian(), number="D-2026-002")


def spanish_declined_quote() -> Document:
    """A quote that the client declined."""
    return _quote(
        spanish_draft(), number="D-2026-004", status="canceled", canceled_at="2026-11-09T08:00:00.000Z",
        declined_by="Iñigo Sáez", decline_reason="Hemos elegido otra oferta.",
    )  # fmt: skip


def french_deposit() -> Document:
    """A deposit invoice of 30 % of a job."""
    document = french()
    lines = [item("Acompte de 30 % sur le devis D-2026-007", "1", "1000", "0.2")]
    return invoice(lines, document["organization"], document["client"], number="F-2026-043", invoice_type="deposit")


def german_balance() -> Document:
    """A balance invoice from which two deposits are taken off, one of them with its VAT said."""
    document = german()
    deposits = [
        {"id": "019f56b7-0000-7000-8000-000000000011", "number": "R-2026-090", "issue_date": "2026-08-03",
         "amount": money("3000"), "amount_cents": 300000, "vat_amount": money("478.99"), "vat_amount_cents": 47899},
        {"id": "019f56b7-0000-7000-8000-000000000012", "number": "R-2026-101", "issue_date": "2026-09-15",
         "amount": money("2500.50"), "amount_cents": 250050},
    ]  # fmt: skip
    return invoice(
        document["items"], document["organization"], document["client"], number="R-2026-120", invoice_type="balance",
        deposits=deposits, deposit_amount=money("5500.50"),
    )  # fmt: skip


# Every kind that is printed, by a name: its kind and how to make it.
KINDS: dict[str, tuple[Kind, Callable[[], Document]]] = {
    **{name: ("client_invoice", make) for name, make in SAMPLES.items()},
    "french_deposit": ("client_invoice", french_deposit),
    "german_balance": ("client_invoice", german_balance),
    "credit_note": ("credit_note", credit_note),
    "german_credit_note": ("credit_note", lambda: credit_note(german())),
    "italian_credit_note": ("credit_note", lambda: credit_note(italian())),
    "french_quote": ("quote", french_quote),
    "german_quote": ("quote", german_quote),
    "italian_quote": ("quote", italian_quote),
    "spanish_declined_quote": ("quote", spanish_declined_quote),
}
