"""The words of the public page that the printed document has no use for, in the languages of our documents."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageTexts:
    """One language's words. Braces are filled in by formats.html."""

    to_pay: str
    overdue: str
    nothing_to_pay: str
    download_pdf: str
    pdf_is_coming: str
    copy: str
    copied: str
    qr_alt: str
    parties: str
    lines: str
    totals: str
    vat_summary: str
    questions: str
    ask_seller: str
    credit_notes: str
    specimen: str
    gone: str
    gone_after_days: str
    missing: str
    missing_help: str
    pdf_soon: str
    back: str


FRENCH = PageTexts(
    to_pay="À payer",
    overdue="En retard",
    nothing_to_pay="Rien à payer",
    download_pdf="Télécharger le PDF",
    pdf_is_coming="Le PDF est en préparation : il sera prêt dans un instant.",
    copy="Copier",
    copied="Copié",
    qr_alt="Code QR de virement : {amount} à {name}, IBAN {iban}, référence {reference}",
    parties="Émetteur et client",
    lines="Détail",
    totals="Totaux",
    vat_summary="Récapitulatif de la TVA",
    questions="Une question ?",
    ask_seller="Adressez-vous à {seller}.",
    credit_notes="Avoirs",
    specimen="Spécimen : données d’exemple, il n’y a rien à payer.",
    gone="Cette page n’est plus disponible",
    gone_after_days="Une facture reste consultable en ligne {days} jours après son émission.",
    missing="Il n’y a pas de facture à cette adresse",
    missing_help="Vérifiez que le lien est complet, ou demandez-le à l’entreprise qui vous l’a envoyé.",
    pdf_soon="Le PDF est bientôt prêt",
    back="Revenir à la facture",
)

ENGLISH = PageTexts(
    to_pay="To pay",
    overdue="Overdue",
    nothing_to_pay="Nothing to pay",
    download_pdf="Download PDF",
    pdf_is_coming="The PDF is being made: it will be ready in a moment.",
    copy="Copy",
    copied="Copied",
    qr_alt="QR code of a bank transfer: {amount} to {name}, IBAN {iban}, reference {reference}",
    parties="Seller and client",
    lines="Details",
    totals="Totals",
    vat_summary="VAT summary",
    questions="Any questions?",
    ask_seller="Please ask {seller}.",
    credit_notes="Credit notes",
    specimen="Specimen: sample data, there is nothing to pay.",
    gone="This page is no longer available",
    gone_after_days="An invoice can be seen online for {days} days after it was issued.",
    missing="There is no invoice at this address",
    missing_help="Please check that the link is complete, or ask the company that sent it to you.",
    pdf_soon="The PDF is nearly ready",
    back="Back to the invoice",
)

GERMAN = PageTexts(
    to_pay="Offen",
    overdue="Überfällig",
    nothing_to_pay="Nichts zu zahlen",
    download_pdf="PDF herunterladen",
    pdf_is_coming="Das PDF wird gerade erstellt und ist gleich bereit.",
    copy="Kopieren",
    copied="Kopiert",
    qr_alt="QR-Code für die Überweisung: {amount} an {name}, IBAN {iban}, Verwendungszweck {reference}",
    parties="Rechnungssteller und Kunde",
    lines="Positionen",
    totals="Summen",
    vat_summary="Umsatzsteuer im Überblick",
    questions="Noch Fragen?",
    ask_seller="Bitte wenden Sie sich an {seller}.",
    credit_notes="Rechnungskorrekturen",
    specimen="Muster: Beispieldaten, es ist nichts zu zahlen.",
    gone="Diese Seite ist nicht mehr verfügbar",
    gone_after_days="Eine Rechnung ist {days} Tage nach ihrer Ausstellung online einsehbar.",
    missing="Unter dieser Adresse gibt es keine Rechnung",
    missing_help="Bitte prüfen Sie, ob der Link vollständig ist, oder fragen Sie das Unternehmen, von dem er kam.",
    pdf_soon="Das PDF ist gleich fertig",
    back="Zurück zur Rechnung",
)

ITALIAN = PageTexts(
    to_pay="Da pagare",
    overdue="Scaduta",
    nothing_to_pay="Nulla da pagare",
    download_pdf="Scarica il PDF",
    pdf_is_coming="Il PDF è in preparazione: sarà pronto tra un attimo.",
    copy="Copia",
    copied="Copiato",
    qr_alt="Codice QR del bonifico: {amount} a {name}, IBAN {iban}, causale {reference}",
    parties="Emittente e destinatario",
    lines="Dettaglio",
    totals="Totali",
    vat_summary="Riepilogo IVA",
    questions="Ha una domanda?",
    ask_seller="Si rivolga a {seller}.",
    credit_notes="Note di credito",
    specimen="Facsimile: dati di esempio, non c’è nulla da pagare.",
    gone="Questa pagina non è più disponibile",
    gone_after_days="Una fattura resta consultabile online per {days} giorni dopo l’emissione.",
    missing="A questo indirizzo non c’è nessuna fattura",
    missing_help="Verifichi che il link sia completo, oppure lo chieda all’azienda che l’ha inviato.",
    pdf_soon="Il PDF è quasi pronto",
    back="Torna alla fattura",
)

SPANISH = PageTexts(
    to_pay="Pendiente de pago",
    overdue="Vencida",
    nothing_to_pay="Nada que pagar",
    download_pdf="Descargar el PDF",
    pdf_is_coming="El PDF se está preparando: estará listo en un momento.",
    copy="Copiar",
    copied="Copiado",
    qr_alt="Código QR de la transferencia: {amount} a {name}, IBAN {iban}, referencia {reference}",
    parties="Emisor y cliente",
    lines="Detalle",
    totals="Totales",
    vat_summary="Resumen de IVA",
    questions="¿Alguna pregunta?",
    ask_seller="Diríjase a {seller}.",
    credit_notes="Facturas rectificativas",
    specimen="Muestra: datos de ejemplo, no hay nada que pagar.",
    gone="Esta página ya no está disponible",
    gone_after_days="Una factura puede verse en línea durante {days} días desde su emisión.",
    missing="No hay ninguna factura en esta dirección",
    missing_help="Compruebe que el enlace está completo o pídaselo a la empresa que se lo envió.",
    pdf_soon="El PDF está casi listo",
    back="Volver a la factura",
)

TEXTS: dict[str, PageTexts] = {"fr": FRENCH, "en": ENGLISH, "de": GERMAN, "it": ITALIAN, "es": SPANISH}
