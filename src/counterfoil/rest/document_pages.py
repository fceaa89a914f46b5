"""/v2/client_invoices/{id}/page: an invoice as its public page shows it, for an assistant's window (ours)"""

from __future__ import annotations

import json

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.operations import document_pages
from counterfoil.rest.calls import Call
from counterfoil.rest.routing import Route


def get_client_invoice_page(call: Call) -> Response:
    """Retrieve a client invoice, a draft too, as a page of HTML that loads nothing (ours)"""

    # The logo and the page come after the look into the database: a slow store of files holds no connection.
    with call.doors.works.read(call.authenticate()) as work:
        shown = document_pages.to_show(work, call.params["id"], page_base=call.settings.base_url)
    page, style = document_pages.html(shown, _logo(call, shown))
    body = json.dumps({"page": {"html": page, "accent_style": style}}, ensure_ascii=False)
    return call.read(lambda _work: body)


def _logo(call: Call, shown: document_pages.ToShow) -> bytes | None:
    try:
        return call.doors.blobs.get(shown.logo.sha256) if shown.logo else None
    except FileNotFoundError:
        return None


_STRING = {"type": "string"}
_PAGE = {"type": "object", "properties": {"html": _STRING, "accent_style": _STRING}}
ROUTES = (
    Route(
        "GET", "/v2/client_invoices/{id}/page", scopes.CLIENT_INVOICES_READ, get_client_invoice_page,
        gives={"page": _PAGE},
    ),
)  # fmt: skip
