"""The words of a letter in the languages of our documents, and its two bodies: plain text, and a plain page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from counterfoil.formats.page import Kind

LANGUAGES = ("fr", "en", "de", "it", "es")


@dataclass(frozen=True, slots=True)
class _Texts:
    """How one language sends a kind of document. dated: the amount with the day that counts; undated: without."""

    subject: str
    opening: str
    dated: str
    undated: str
    link: str


_GREETINGS = {"fr": "Bonjour,", "en": "Hello,", "de": "Guten Tag,", "it": "Buongiorno,", "es": "Hola:"}
_THANKS = {
    "fr": "Merci de votre confiance.",
    "en": "Thank you for your business.",
    "de": "Vielen Dank für Ihr Vertrauen.",
    "it": "Grazie per la fiducia.",
    "es": "Gracias por su confianza.",
}
_TEXTS: dict[Kind, dict[str, _Texts]] = {
    "client_invoice": {
        "fr": _Texts(
            "Facture {number} de {seller}",
            "Veuillez trouver ci-joint la facture {number} de {seller}.",
            "Montant à payer : {amount}, au plus tard le {day}.",
            "Montant à payer : {amount}.",
            "Voir la facture",
        ),
        "en": _Texts(
            "Invoice {number} from {seller}",
            "Please find attached invoice {number} from {seller}.",
            "Amount due: {amount}, payable by {day}.",
            "Amount due: {amount}.",
            "View the invoice",
        ),
        "de": _Texts(
            "Rechnung {number} von {seller}",
            "anbei erhalten Sie die Rechnung {number} von {seller}.",
            "Zu zahlender Betrag: {amount}, fällig am {day}.",
            "Zu zahlender Betrag: {amount}.",
            "Rechnung ansehen",
        ),
        "it": _Texts(
            "Fattura {number} di {seller}",
            "in allegato trova la fattura {number} di {seller}.",
            "Importo da pagare: {amount}, con scadenza il {day}.",
            "Importo da pagare: {amount}.",
            "Vedi la fattura",
        ),
        "es": _Texts(
            "Factura {number} de {seller}",
            "Le adjuntamos la factura {number} de {seller}.",
            "Importe a pagar: {amount}, con vencimiento el {day}.",
            "Importe a pagar: {amount}.",
            "Ver la factura",
        ),
    },
    "credit_note": {
        "fr": _Texts(
            "Avoir {number} de {seller}",
            "Veuillez trouver ci-joint l’avoir {number} de {seller}.",
            "Montant crédité : {amount}, le {day}.",
            "Montant crédité : {amount}.",
            "Voir la facture d’origine",
        ),
        "en": _Texts(
            "Credit note {number} from {seller}",
            "Please find attached credit note {number} from {seller}.",
            "Amount credited: {amount}, on {day}.",
            "Amount credited: {amount}.",
            "View the original invoice",
        ),
        "de": _Texts(
            "Rechnungskorrektur {number} von {seller}",
            "anbei erhalten Sie die Rechnungskorrektur {number} von {seller}.",
            "Gutgeschriebener Betrag: {amount}, am {day}.",
            "Gutgeschriebener Betrag: {amount}.",
            "Ursprüngliche Rechnung ansehen",
        ),
        "it": _Texts(
            "Nota di credito {number} di {seller}",
            "in allegato trova la nota di credito {number} di {seller}.",
            "Importo accreditato: {amount}, il {day}.",
            "Importo accreditato: {amount}.",
            "Vedi la fattura originaria",
        ),
        "es": _Texts(
            "Factura rectificativa {number} de {seller}",
            "Le adjuntamos la factura rectificativa {number} de {seller}.",
            "Importe abonado: {amount}, el {day}.",
            "Importe abonado: {amount}.",
            "Ver la factura original",
        ),
    },
    "quote": {
        "fr": _Texts(
            "Devis {number} de {seller}",
            "Veuillez trouver ci-joint le devis {number} de {seller}.",
            "Montant total : {amount}. Ce devis est valable jusqu’au {day}.",
            "Montant total : {amount}.",
            "Lire le devis et y répondre",
        ),
        "en": _Texts(
            "Quote {number} from {seller}",
            "Please find attached quote {number} from {seller}.",
            "Total: {amount}. This quote is valid until {day}.",
            "Total: {amount}.",
            "Read and answer the quote",
        ),
        "de": _Texts(
            "Angebot {number} von {seller}",
            "anbei erhalten Sie das Angebot {number} von {seller}.",
            "Gesamtbetrag: {amount}. Dieses Angebot gilt bis zum {day}.",
            "Gesamtbetrag: {amount}.",
            "Angebot lesen und beantworten",
        ),
        "it": _Texts(
            "Preventivo {number} di {seller}",
            "in allegato trova il preventivo {number} di {seller}.",
            "Importo totale: {amount}. Il preventivo è valido fino al {day}.",
            "Importo totale: {amount}.",
            "Leggi il preventivo e rispondi",
        ),
        "es": _Texts(
            "Presupuesto {number} de {seller}",
            "Le adjuntamos el presupuesto {number} de {seller}.",
            "Importe total: {amount}. Este presupuesto es válido hasta el {day}.",
            "Importe total: {amount}.",
            "Leer el presupuesto y responder",
        ),
    },
}


@dataclass(frozen=True, slots=True)
class _Reminder:
    """How one language reminds of an invoice, before, on and after its due date: subjects, then first sentences.

    one, many: what a count of days is called, in the case that the sentences need.
    """

    one: str
    many: str
    subject_before: str
    subject_on: str
    subject_after: str
    before: str
    on: str
    after: str
    amount: str
    closing: str
    regards: str


_REMINDERS = {
    "fr": _Reminder(
        one="1 jour",
        many="{days} jours",
        subject_before="Facture {number} : échéance dans {span}",
        subject_on="Facture {number} : échéance aujourd’hui",
        subject_after="Rappel : facture {number} en attente de règlement",
        before="Nous vous rappelons que la facture {number} de {seller} arrive à échéance dans {span}, le {due}.",
        on="Nous vous rappelons que la facture {number} de {seller} arrive à échéance aujourd’hui, le {due}.",
        after="Sauf erreur de notre part, la facture {number} de {seller}, échue le {due} (il y a {span}), n’est pas "
        "encore réglée.",
        amount="Montant à payer : {amount}.",
        closing="Si votre règlement est déjà parti, merci de ne pas tenir compte de ce message.",
        regards="Cordialement,",
    ),
    "en": _Reminder(
        one="1 day",
        many="{days} days",
        subject_before="Invoice {number} is due in {span}",
        subject_on="Invoice {number} is due today",
        subject_after="Reminder: invoice {number} is still open",
        before="This is a friendly reminder that invoice {number} from {seller} is due in {span}, on {due}.",
        on="This is a friendly reminder that invoice {number} from {seller} is due today, {due}.",
        after="According to our records, invoice {number} from {seller}, which was due on {due} ({span} ago), has not "
        "been paid yet.",
        amount="Amount due: {amount}.",
        closing="If your payment is already on its way, please disregard this message.",
        regards="Kind regards,",
    ),
    "de": _Reminder(
        one="1 Tag",
        many="{days} Tagen",
        subject_before="Rechnung {number} ist in {span} fällig",
        subject_on="Rechnung {number} ist heute fällig",
        subject_after="Zahlungserinnerung: Rechnung {number} ist noch offen",
        before="wir möchten Sie daran erinnern, dass die Rechnung {number} von {seller} in {span}, am {due}, fällig "
        "ist.",
        on="wir möchten Sie daran erinnern, dass die Rechnung {number} von {seller} heute, am {due}, fällig ist.",
        after="sicher ist es Ihrer Aufmerksamkeit entgangen: Die Rechnung {number} von {seller} war am {due} (vor "
        "{span}) fällig und ist noch offen.",
        amount="Zu zahlender Betrag: {amount}.",
        closing="Sollte sich Ihre Zahlung mit diesem Schreiben überschneiden, betrachten Sie es bitte als "
        "gegenstandslos.",
        regards="Mit freundlichen Grüßen",
    ),
    "it": _Reminder(
        one="1 giorno",
        many="{days} giorni",
        subject_before="Fattura {number}: scadenza tra {span}",
        subject_on="Fattura {number}: scade oggi",
        subject_after="Promemoria: fattura {number} in attesa di pagamento",
        before="Le ricordiamo che la fattura {number} di {seller} scade tra {span}, il {due}.",
        on="Le ricordiamo che la fattura {number} di {seller} scade oggi, {due}.",
        after="salvo errori da parte nostra, la fattura {number} di {seller}, scaduta il {due} ({span} fa), non "
        "risulta ancora pagata.",
        amount="Importo da pagare: {amount}.",
        closing="Se ha già provveduto al pagamento, non tenga conto di questo messaggio.",
        regards="Cordiali saluti",
    ),
    "es": _Reminder(
        one="1 día",
        many="{days} días",
        subject_before="Factura {number}: vence dentro de {span}",
        subject_on="Factura {number}: vence hoy",
        subject_after="Recordatorio: factura {number} pendiente de pago",
        before="Le recordamos que la factura {number} de {seller} vence dentro de {span}, el {due}.",
        on="Le recordamos que la factura {number} de {seller} vence hoy, {due}.",
        after="Salvo error por nuestra parte, la factura {number} de {seller}, que venció el {due} (hace {span}), "
        "sigue pendiente de pago.",
        amount="Importe a pagar: {amount}.",
        closing="Si ya ha realizado el pago, no tenga en cuenta este mensaje.",
        regards="Un cordial saludo,",
    ),
}


def language_of(locale: str) -> str:
    """The two letters of the language that is written for this locale: "en" when we do not have it."""
    return locale[:2].lower() if locale[:2].lower() in LANGUAGES else "en"


def default_subject(locale: str, number: str, seller_name: str, kind: Kind = "client_invoice") -> str:
    """The title of a letter with a document whose sender wrote none."""
    return _TEXTS[kind][language_of(locale)].subject.format(number=number, seller=seller_name)


def default_body(
    locale: str, number: str, seller_name: str, amount_text: str, day_text: str, kind: Kind = "client_invoice"
) -> str:
    """The text of a letter whose sender wrote none. Amount and day come as the reader's locale prints them.

    They are what is due and by when, of a quote its total and how long it holds, of a credit note its total and day;
    day_text "" leaves the day out.
    """
    language = language_of(locale)
    texts = _TEXTS[kind][language]
    first = texts.opening.format(number=number, seller=seller_name)
    amount = (texts.dated if day_text else texts.undated).format(amount=amount_text, day=day_text)
    return f"{_GREETINGS[language]}\n\n{first}\n{amount}\n\n{_THANKS[language]}\n\n{seller_name}"


def link_label(locale: str, kind: Kind = "client_invoice") -> str:
    """What the button says that leads to the document's public page; a credit note has its invoice's page."""
    return _TEXTS[kind][language_of(locale)].link


def reminder_subject(locale: str, number: str, *, days: int) -> str:
    """The title of a reminder of an unpaid invoice. days: since the due date, negative before it, 0 on it."""
    texts = _REMINDERS[language_of(locale)]
    subject = _by_day(days, texts.subject_before, texts.subject_on, texts.subject_after)
    return subject.format(number=number, span=_span(texts, days))


def reminder_body(
    locale: str, number: str, seller_name: str, amount_due_text: str, due_date_text: str, *, days: int
) -> str:
    """The text of a reminder of an unpaid invoice. Amount and date come as the reader's locale prints them.

    days: since the due date, negative before it, 0 on it.
    """
    language = language_of(locale)
    texts = _REMINDERS[language]
    first = _by_day(days, texts.before, texts.on, texts.after).format(
        number=number, seller=seller_name, due=due_date_text, span=_span(texts, days)
    )
    amount = texts.amount.format(amount=amount_due_text)
    return f"{_GREETINGS[language]}\n\n{first}\n{amount}\n\n{texts.closing}\n\n{texts.regards}\n{seller_name}"


def _by_day(days: int, before: str, on: str, after: str) -> str:
    return on if not days else before if days < 0 else after


def _span(texts: _Reminder, days: int) -> str:
    return (texts.one if abs(days) == 1 else texts.many).format(days=abs(days))


def text_part(body: str, link: str | None, label: str) -> str:
    """The body, and under it the link where there is one."""
    return f"{body}\n\n{label}\n{link}\n" if link else f"{body}\n"


def html_part(language: str, title: str, body: str, link: str | None, label: str) -> str:
    """A plain page: each paragraph of the body, and the link as a button. No image, no style sheet, no tracker."""
    paragraphs = "\n".join(
        f'<p style="margin:0 0 16px">{html.escape(paragraph).replace(chr(10), "<br>")}</p>'
        for paragraph in re.split(r"\n{2,}", body)
    )
    button = (
        '\n<p style="margin:24px 0"><a style="display:inline-block;padding:12px 20px;border-radius:6px;'
        f'background:#1f2937;color:#ffffff;text-decoration:none;font-weight:600" href="{html.escape(link)}">'
        f"{html.escape(label)}</a></p>"
        if link
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title></head>\n'
        '<body style="margin:0;padding:24px;font:16px/1.5 -apple-system,Segoe UI,Helvetica,Arial,sans-serif;'
        'color:#111827;background:#ffffff">\n<div style="max-width:560px;margin:0 auto">\n'
        f"{paragraphs}{button}\n</div>\n</body>\n</html>\n"
    )
