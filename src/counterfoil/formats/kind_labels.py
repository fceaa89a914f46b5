"""The words that only credit notes or only quotes print, in the five languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CreditNoteLabels:
    """One language's words of a credit note. Amounts stand on it as they are: `credited` says which way they go."""

    title: str
    seller: str
    buyer: str
    issue_date: str
    credited: str
    original_invoice: str
    original_date: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuoteLabels:
    """One language's words of a quote. accept_*: what is filled in by hand; accepted_*: what is said once accepted."""

    title: str
    seller: str
    buyer: str
    issue_date: str
    valid_until: str
    canceled: str
    canceled_notice: str
    accepted_on: str
    accept: str
    accept_help: str
    accept_date: str
    accept_name: str
    accept_signature: str
    accepted_by: str
    accepted_at: str
    document_hash: str
    answer_online: str


# "Gutschrift" is the word that a German invoice made out by the buyer must bear (UStG § 14 Abs. 4 Satz 1 Nr. 10), so a
# seller's correction is called what it is: one that names the invoice it changes (UStDV § 31 Abs. 5).
# Spain: RD 1619/2012 art. 15, "factura rectificativa", naming the invoice. Italy: DPR 633/72 art. 26. France: CGI
# art. 289 I 5, which asks for the invoice's number as well.
CREDIT_NOTES: dict[str, CreditNoteLabels] = {
    "fr": CreditNoteLabels(
        title="Avoir",
        seller="Émetteur",
        buyer="Client",
        issue_date="Date d’émission",
        credited="Montant crédité",
        original_invoice="Facture d’origine",
        original_date="Date de la facture d’origine",
        reason="Motif",
    ),
    "en": CreditNoteLabels(
        title="Credit note",
        seller="From",
        buyer="Client",
        issue_date="Issue date",
        credited="Amount credited",
        original_invoice="Original invoice",
        original_date="Original invoice date",
        reason="Reason",
    ),
    "de": CreditNoteLabels(
        title="Rechnungskorrektur",
        seller="Aussteller",
        buyer="Kunde",
        issue_date="Datum",
        credited="Gutgeschriebener Betrag",
        original_invoice="Zu Rechnung",
        original_date="Rechnung vom",
        reason="Grund",
    ),
    "it": CreditNoteLabels(
        title="Nota di credito",
        seller="Emittente",
        buyer="Cliente",
        issue_date="Data di emissione",
        credited="Importo accreditato",
        original_invoice="Fattura originaria",
        original_date="Data della fattura originaria",
        reason="Motivo",
    ),
    "es": CreditNoteLabels(
        title="Factura rectificativa",
        seller="Emisor",
        buyer="Cliente",
        issue_date="Fecha de emisión",
        credited="Importe abonado",
        original_invoice="Factura rectificada",
        original_date="Fecha de la factura rectificada",
        reason="Motivo",
    ),
}

QUOTES: dict[str, QuoteLabels] = {
    "fr": QuoteLabels(
        title="Devis",
        seller="Émetteur",
        buyer="Client",
        issue_date="Date d’émission",
        valid_until="Valable jusqu’au",
        canceled="ANNULÉ",
        canceled_notice="Ce devis est annulé.",
        accepted_on="Accepté le {date}",
        accept="Bon pour accord",
        accept_help="Date et signature du client, précédées de la mention manuscrite « Bon pour accord ».",
        accept_date="Date",
        accept_name="Nom et qualité du signataire",
        accept_signature="Signature",
        accepted_by="Accepté par",
        accepted_at="Le",
        document_hash="Empreinte du document (SHA-256)",
        answer_online="Lire et accepter en ligne",
    ),
    "en": QuoteLabels(
        title="Quote",
        seller="From",
        buyer="Client",
        issue_date="Issue date",
        valid_until="Valid until",
        canceled="CANCELED",
        canceled_notice="This quote is canceled.",
        accepted_on="Accepted on {date}",
        accept="Acceptance",
        accept_help="By signing, the client accepts this quote and its terms.",
        accept_date="Date",
        accept_name="Name and position",
        accept_signature="Signature",
        accepted_by="Accepted by",
        accepted_at="On",
        document_hash="Fingerprint of the document (SHA-256)",
        answer_online="Read and accept online",
    ),
    "de": QuoteLabels(
        title="Angebot",
        seller="Aussteller",
        buyer="Kunde",
        issue_date="Datum",
        valid_until="Gültig bis",
        canceled="UNGÜLTIG",
        canceled_notice="Dieses Angebot gilt nicht mehr.",
        accepted_on="Angenommen am {date}",
        accept="Auftragserteilung",
        accept_help="Mit seiner Unterschrift nimmt der Kunde dieses Angebot und seine Bedingungen an.",
        accept_date="Ort, Datum",
        accept_name="Name und Funktion",
        accept_signature="Unterschrift",
        accepted_by="Angenommen von",
        accepted_at="Am",
        document_hash="Prüfsumme des Dokuments (SHA-256)",
        answer_online="Online lesen und annehmen",
    ),
    "it": QuoteLabels(
        title="Preventivo",
        seller="Emittente",
        buyer="Cliente",
        issue_date="Data di emissione",
        valid_until="Valido fino al",
        canceled="ANNULLATO",
        canceled_notice="Questo preventivo è annullato.",
        accepted_on="Accettato il {date}",
        accept="Per accettazione",
        accept_help="Con la firma il cliente accetta il preventivo e le sue condizioni.",
        accept_date="Luogo e data",
        accept_name="Nome e qualifica",
        accept_signature="Timbro e firma",
        accepted_by="Accettato da",
        accepted_at="Il",
        document_hash="Impronta del documento (SHA-256)",
        answer_online="Leggi e accetta online",
    ),
    "es": QuoteLabels(
        title="Presupuesto",
        seller="Emisor",
        buyer="Cliente",
        issue_date="Fecha de emisión",
        valid_until="Válido hasta",
        canceled="ANULADO",
        canceled_notice="Este presupuesto está anulado.",
        accepted_on="Aceptado el {date}",
        accept="Conforme del cliente",
        accept_help="Con su firma, el cliente acepta este presupuesto y sus condiciones.",
        accept_date="Lugar y fecha",
        accept_name="Nombre y cargo",
        accept_signature="Firma",
        accepted_by="Aceptado por",
        accepted_at="El",
        document_hash="Huella del documento (SHA-256)",
        answer_online="Leer y aceptar en línea",
    ),
}
