"""The words of a letter in the languages of our documents, and its two bodies: plain text, and a plain page."""

from __future__ import annotations

import html
import re

LANGUAGES = ("fr", "en", "de", "it", "es")
LINK_LABELS = {
    "fr": "Voir la facture",
    "en": "View the invoice",
    "de": "Rechnung ansehen",
    "it": "Vedi la fattura",
    "es": "Ver la factura",
}
# Greeting, opening, amount with its due date, amount alone, thanks.
_BODIES = {
    "fr": (
        "Bonjour,",
        "Veuillez trouver ci-joint la facture {number} de {seller}.",
        "Montant à payer : {amount}, au plus tard le {due}.",
        "Montant à payer : {amount}.",
        "Merci de votre confiance.",
    ),
    "en": (
        "Hello,",
        "Please find attached invoice {number} from {seller}.",
        "Amount due: {amount}, payable by {due}.",
        "Amount due: {amount}.",
        "Thank you for your business.",
    ),
    "de": (
        "Guten Tag,",
        "anbei erhalten Sie die Rechnung {number} von {seller}.",
        "Zu zahlender Betrag: {amount}, fällig am {due}.",
        "Zu zahlender Betrag: {amount}.",
        "Vielen Dank für Ihr Vertrauen.",
    ),
    "it": (
        "Buongiorno,",
        "in allegato trova la fattura {number} di {seller}.",
        "Importo da pagare: {amount}, con scadenza il {due}.",
        "Importo da pagare: {amount}.",
        "Grazie per la fiducia.",
    ),
    "es": (
        "Hola:",
        "Le adjuntamos la factura {number} de {seller}.",
        "Importe a pagar: {amount}, con vencimiento el {due}.",
        "Importe a pagar: {amount}.",
        "Gracias por su confianza.",
    ),
}


def language_of(locale: str) -> str:
    """The two letters of the language that is written for this locale: "en" when we do not have it."""
    return locale[:2].lower() if locale[:2].lower() in LANGUAGES else "en"


def default_body(locale: str, number: str, seller_name: str, amount_due_text: str, due_date_text: str) -> str:
    """The text of a letter whose sender wrote none. Amount and date come as the reader's locale prints them."""
    greeting, opening, with_due, without_due, thanks = _BODIES[language_of(locale)]
    first = opening.format(number=number, seller=seller_name)
    amount = (with_due if due_date_text else without_due).format(amount=amount_due_text, due=due_date_text)
    return f"{greeting}\n\n{first}\n{amount}\n\n{thanks}\n\n{seller_name}"


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
