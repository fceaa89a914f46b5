"""The words of a printed document in the five languages that it can be printed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's words. Braces are filled in by the view; page_of by whoever numbers the pages."""

    invoice: str
    deposit_invoice: str
    balance_invoice: str
    proforma_invoice: str
    canceled: str
    canceled_notice: str
    paid_on: str
    paid: str
    amount_due: str
    amount_paid: str
    due_date: str
    issue_date: str
    number: str
    performance: str
    performance_period: str
    purchase_order: str
    transaction_type: str
    goods: str
    services: str
    goods_and_services: str
    seller: str
    buyer: str
    delivery: str
    description: str
    quantity: str
    unit_price: str
    vat: str
    net: str
    vat_rate: str
    vat_base: str
    line_total: str
    discount: str
    welfare_fund: str
    tax_exclusive: str
    vat_at: str
    stamp_duty: str
    total: str
    withholding: str
    deposit: str
    deposit_of: str
    including_vat: str
    credited: str
    payment: str
    beneficiary: str
    reference: str
    amount: str
    scan_to_pay: str
    legal_notes: str
    terms: str
    view_online: str
    vat_number: str
    tax_number: str
    company_number: str
    capital: str
    register: str
    leadership: str
    recipient_code: str
    page_of: str
    journal: str  # before the hash of the entry with which the document was issued


FRENCH = Labels(
    invoice="Facture",
    deposit_invoice="Facture d’acompte",
    balance_invoice="Facture de solde",
    proforma_invoice="Facture proforma",
    canceled="ANNULÉE",
    canceled_notice="Cette facture est annulée.",
    paid_on="Payée le {date}",
    paid="Payée",
    amount_due="Montant à payer",
    amount_paid="Montant payé",
    due_date="Date d’échéance",
    issue_date="Date d’émission",
    number="Numéro",
    performance="Date de la prestation",
    performance_period="Période de la prestation",
    purchase_order="Bon de commande",
    transaction_type="Nature de l’opération",
    goods="Livraison de biens",
    services="Prestation de services",
    goods_and_services="Livraison de biens et prestation de services",
    seller="Émetteur",
    buyer="Facturé à",
    delivery="Livré à",
    description="Désignation",
    quantity="Quantité",
    unit_price="Prix unitaire HT",
    vat="TVA",
    net="Montant HT",
    vat_rate="Taux de TVA",
    vat_base="Base HT",
    line_total="Total des lignes HT",
    discount="Remise",
    welfare_fund="Caisse de prévoyance",
    tax_exclusive="Total HT",
    vat_at="TVA {rate}",
    stamp_duty="Droit de timbre",
    total="Total TTC",
    withholding="Retenue à la source",
    deposit="Acompte déjà versé",
    deposit_of="Acompte {number} du {date}",
    including_vat="{label}, dont TVA {vat}",
    credited="Avoirs déduits",
    payment="Paiement par virement",
    beneficiary="Bénéficiaire",
    reference="Référence",
    amount="Montant",
    scan_to_pay="Scanner pour payer",
    legal_notes="Mentions légales",
    terms="Conditions",
    view_online="Voir en ligne",
    vat_number="N° TVA",
    tax_number="N° fiscal",
    company_number="N° d’identification",
    capital="Capital social",
    register="Immatriculation",
    leadership="Direction",
    recipient_code="Code destinataire",
    page_of="Page {page} sur {pages}",
    journal="Journal",
)

ENGLISH = Labels(
    invoice="Invoice",
    deposit_invoice="Deposit invoice",
    balance_invoice="Final invoice",
    proforma_invoice="Proforma invoice",
    canceled="CANCELED",
    canceled_notice="This invoice is canceled.",
    paid_on="Paid on {date}",
    paid="Paid",
    amount_due="Amount due",
    amount_paid="Amount paid",
    due_date="Due date",
    issue_date="Issue date",
    number="Number",
    performance="Date of supply",
    performance_period="Period of supply",
    purchase_order="Purchase order",
    transaction_type="Type of supply",
    goods="Goods",
    services="Services",
    goods_and_services="Goods and services",
    seller="From",
    buyer="Bill to",
    delivery="Deliver to",
    description="Description",
    quantity="Quantity",
    unit_price="Unit price",
    vat="VAT",
    net="Net amount",
    vat_rate="VAT rate",
    vat_base="Net amount",
    line_total="Sum of lines",
    discount="Discount",
    welfare_fund="Welfare fund",
    tax_exclusive="Total without VAT",
    vat_at="VAT {rate}",
    stamp_duty="Stamp duty",
    total="Total with VAT",
    withholding="Withholding tax",
    deposit="Deposit already paid",
    deposit_of="Deposit {number} of {date}",
    including_vat="{label}, including VAT {vat}",
    credited="Credited",
    payment="Payment by bank transfer",
    beneficiary="Beneficiary",
    reference="Reference",
    amount="Amount",
    scan_to_pay="Scan to pay",
    legal_notes="Legal notes",
    terms="Terms and conditions",
    view_online="View online",
    vat_number="VAT no.",
    tax_number="Tax no.",
    company_number="Company no.",
    capital="Share capital",
    register="Register",
    leadership="Management",
    recipient_code="Recipient code",
    page_of="Page {page} of {pages}",
    journal="Journal",
)

GERMAN = Labels(
    invoice="Rechnung",
    deposit_invoice="Anzahlungsrechnung",
    balance_invoice="Schlussrechnung",
    proforma_invoice="Proforma-Rechnung",
    canceled="STORNIERT",
    canceled_notice="Diese Rechnung ist storniert.",
    paid_on="Bezahlt am {date}",
    paid="Bezahlt",
    amount_due="Zahlbetrag",
    amount_paid="Bezahlter Betrag",
    due_date="Zahlbar bis",
    issue_date="Rechnungsdatum",
    number="Nummer",
    performance="Leistungsdatum",
    performance_period="Leistungszeitraum",
    purchase_order="Bestellnummer",
    transaction_type="Art der Leistung",
    goods="Lieferung",
    services="Dienstleistung",
    goods_and_services="Lieferung und Dienstleistung",
    seller="Rechnungssteller",
    buyer="Rechnung an",
    delivery="Lieferung an",
    description="Bezeichnung",
    quantity="Menge",
    unit_price="Einzelpreis netto",
    vat="USt.",
    net="Betrag netto",
    vat_rate="Steuersatz",
    vat_base="Nettobetrag",
    line_total="Summe der Positionen",
    discount="Rabatt",
    welfare_fund="Versorgungskasse",
    tax_exclusive="Summe netto",
    vat_at="Umsatzsteuer {rate}",
    stamp_duty="Stempelsteuer",
    total="Gesamtbetrag brutto",
    withholding="Quellensteuer",
    deposit="Bereits gezahlte Anzahlung",
    deposit_of="Anzahlung {number} vom {date}",
    including_vat="{label}, darin USt. {vat}",
    credited="Rechnungskorrekturen",
    payment="Zahlung per Überweisung",
    beneficiary="Empfänger",
    reference="Verwendungszweck",
    amount="Betrag",
    scan_to_pay="Scannen und zahlen",
    legal_notes="Rechtliche Hinweise",
    terms="Bedingungen",
    view_online="Online ansehen",
    vat_number="USt-IdNr.",
    tax_number="Steuernummer",
    company_number="Unternehmensnummer",
    capital="Stammkapital",
    register="Registergericht",
    leadership="Geschäftsführung",
    recipient_code="Empfängercode",
    page_of="Seite {page} von {pages}",
    journal="Journal",
)

ITALIAN = Labels(
    invoice="Fattura",
    deposit_invoice="Fattura di acconto",
    balance_invoice="Fattura a saldo",
    proforma_invoice="Fattura proforma",
    canceled="ANNULLATA",
    canceled_notice="Questa fattura è annullata.",
    paid_on="Pagata il {date}",
    paid="Pagata",
    amount_due="Importo da pagare",
    amount_paid="Importo pagato",
    due_date="Scadenza",
    issue_date="Data di emissione",
    number="Numero",
    performance="Data della prestazione",
    performance_period="Periodo della prestazione",
    purchase_order="Ordine d’acquisto",
    transaction_type="Natura dell’operazione",
    goods="Cessione di beni",
    services="Prestazione di servizi",
    goods_and_services="Cessione di beni e prestazione di servizi",
    seller="Emittente",
    buyer="Destinatario",
    delivery="Consegna a",
    description="Descrizione",
    quantity="Quantità",
    unit_price="Prezzo unitario",
    vat="IVA",
    net="Imponibile",
    vat_rate="Aliquota IVA",
    vat_base="Imponibile",
    line_total="Totale delle righe",
    discount="Sconto",
    welfare_fund="Contributo cassa previdenziale",
    tax_exclusive="Totale imponibile",
    vat_at="IVA {rate}",
    stamp_duty="Imposta di bollo",
    total="Totale documento",
    withholding="Ritenuta d’acconto",
    deposit="Acconto già versato",
    deposit_of="Acconto {number} del {date}",
    including_vat="{label}, di cui IVA {vat}",
    credited="Note di credito",
    payment="Pagamento con bonifico",
    beneficiary="Beneficiario",
    reference="Causale",
    amount="Importo",
    scan_to_pay="Inquadra per pagare",
    legal_notes="Note legali",
    terms="Condizioni",
    view_online="Vedi online",
    vat_number="Partita IVA",
    tax_number="Codice fiscale",
    company_number="Numero identificativo",
    capital="Capitale sociale",
    register="Registro imprese",
    leadership="Amministrazione",
    recipient_code="Codice destinatario",
    page_of="Pagina {page} di {pages}",
    journal="Registro",
)

SPANISH = Labels(
    invoice="Factura",
    deposit_invoice="Factura de anticipo",
    balance_invoice="Factura de liquidación",
    proforma_invoice="Factura proforma",
    canceled="ANULADA",
    canceled_notice="Esta factura está anulada.",
    paid_on="Pagada el {date}",
    paid="Pagada",
    amount_due="Importe a pagar",
    amount_paid="Importe pagado",
    due_date="Vencimiento",
    issue_date="Fecha de emisión",
    number="Número",
    performance="Fecha de la operación",
    performance_period="Periodo de la operación",
    purchase_order="Orden de compra",
    transaction_type="Tipo de operación",
    goods="Entrega de bienes",
    services="Prestación de servicios",
    goods_and_services="Entrega de bienes y prestación de servicios",
    seller="Emisor",
    buyer="Cliente",
    delivery="Entrega en",
    description="Concepto",
    quantity="Cantidad",
    unit_price="Precio unitario",
    vat="IVA",
    net="Importe neto",
    vat_rate="Tipo de IVA",
    vat_base="Base imponible",
    line_total="Suma de las líneas",
    discount="Descuento",
    welfare_fund="Caja de previsión",
    tax_exclusive="Base imponible",
    vat_at="IVA {rate}",
    stamp_duty="Impuesto de timbre",
    total="Total con IVA",
    withholding="Retención IRPF",
    deposit="Anticipo ya pagado",
    deposit_of="Anticipo {number} del {date}",
    including_vat="{label}, IVA incluido {vat}",
    credited="Facturas rectificativas",
    payment="Pago por transferencia",
    beneficiary="Beneficiario",
    reference="Referencia",
    amount="Importe",
    scan_to_pay="Escanear para pagar",
    legal_notes="Menciones legales",
    terms="Condiciones",
    view_online="Ver en línea",
    vat_number="NIF-IVA",
    tax_number="NIF",
    company_number="N.º de identificación",
    capital="Capital social",
    register="Registro mercantil",
    leadership="Administración",
    recipient_code="Código de destinatario",
    page_of="Página {page} de {pages}",
    journal="Registro",
)

LABELS: dict[str, Labels] = {"fr": FRENCH, "en": ENGLISH, "de": GERMAN, "it": ITALIAN, "es": SPANISH}

# Names that a unit may have in a seller's list of products, as people write them. Anything else is printed as given.
UNITS: dict[str, dict[str, str]] = {
    "unit": {"fr": "", "en": "", "de": "", "it": "", "es": ""},
    "number_of_articles": {"fr": "pce", "en": "pc.", "de": "Stk.", "it": "pz.", "es": "ud."},
    "hour": {"fr": "h", "en": "h", "de": "Std.", "it": "h", "es": "h"},
    "minute": {"fr": "min", "en": "min", "de": "Min.", "it": "min", "es": "min"},
    "second": {"fr": "s", "en": "s", "de": "Sek.", "it": "s", "es": "s"},
    "day": {"fr": "j", "en": "d", "de": "Tg.", "it": "gg", "es": "d"},
    "week": {"fr": "sem.", "en": "wk", "de": "Wo.", "it": "sett.", "es": "sem."},
    "month": {"fr": "mois", "en": "mo.", "de": "Mon.", "it": "mesi", "es": "mes"},
    "year": {"fr": "an", "en": "yr", "de": "J.", "it": "anni", "es": "año"},
    "gram": {"fr": "g", "en": "g", "de": "g", "it": "g", "es": "g"},
    "kilogram": {"fr": "kg", "en": "kg", "de": "kg", "it": "kg", "es": "kg"},
    "ton": {"fr": "t", "en": "t", "de": "t", "it": "t", "es": "t"},
    "milliliter": {"fr": "ml", "en": "ml", "de": "ml", "it": "ml", "es": "ml"},
    "liter": {"fr": "l", "en": "l", "de": "l", "it": "l", "es": "l"},
    "millimeter": {"fr": "mm", "en": "mm", "de": "mm", "it": "mm", "es": "mm"},
    "centimeter": {"fr": "cm", "en": "cm", "de": "cm", "it": "cm", "es": "cm"},
    "meter": {"fr": "m", "en": "m", "de": "m", "it": "m", "es": "m"},
    "square_meter": {"fr": "m²", "en": "m²", "de": "m²", "it": "m²", "es": "m²"},
    "cubic_meter": {"fr": "m³", "en": "m³", "de": "m³", "it": "m³", "es": "m³"},
    "set": {"fr": "lot", "en": "set", "de": "Satz", "it": "set", "es": "juego"},
    "pair": {"fr": "paire", "en": "pair", "de": "Paar", "it": "paio", "es": "par"},
}

# Names of the Italian welfare funds by FatturaPA's code, as their members call them.
WELFARE_FUNDS: dict[str, str] = {
    "TC01": "Cassa forense", "TC02": "Dottori commercialisti", "TC03": "Geometri", "TC04": "Inarcassa",
    "TC05": "Notariato", "TC06": "Ragionieri", "TC07": "ENASARCO", "TC08": "ENPACL", "TC09": "ENPAM",
    "TC10": "ENPAF", "TC11": "ENPAV", "TC12": "ENPAIA", "TC13": "Imprese di spedizione", "TC14": "INPGI",
    "TC15": "ONAOSI", "TC16": "CASAGIT", "TC17": "EPPI", "TC18": "EPAP", "TC19": "ENPAB", "TC20": "ENPAPI",
    "TC21": "ENPAP", "TC22": "INPS",
}  # fmt: skip
