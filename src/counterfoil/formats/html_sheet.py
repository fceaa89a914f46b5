"""Document -> its part of the public page, to stand inside another page: for those who decide what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from counterfoil.formats.html import invoice_page
from counterfoil.formats.html_base import Links, Status, contact, render
from counterfoil.formats.html_quote import status as quote_status
from counterfoil.formats.html_texts import TEXTS
from counterfoil.formats.page import Appearance, Kind
from counterfoil.formats.quote_texts import QUOTE_TEXTS
from counterfoil.formats.view import view

FRAME = "public_sheet.html"
_NO_LINKS = Links(style="", accent="", script="", icon="")


def sheet(document: Mapping[str, Any], appearance: Appearance, kind: Kind, *, today: date) -> str:
    """The HTML of a document (the API's answer, as a dict), without head, greeting or footer of a page.

    today: the seller's calendar day. Raises as view does.
    """
    if kind == "client_invoice":
        return invoice_page(document, appearance, _NO_LINKS, today=today, frame=FRAME)
    page = view(document, appearance, kind)
    return render(
        "public_plain.html", frame=FRAME, language=page.language, links=_NO_LINKS, page=page,
        texts=TEXTS[page.language], contact=contact(document), is_specimen=appearance.is_specimen,
        status=quote_status(document, QUOTE_TEXTS[page.language], today) if kind == "quote" else Status("", ""),
    )  # fmt: skip
