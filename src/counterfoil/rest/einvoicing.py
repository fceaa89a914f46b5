"""/v2/einvoicing, and sending a client invoice by e-invoice"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.invoicing_settings import EinvoicingSettings
from counterfoil.operations import einvoicing
from counterfoil.operations.work import Work
from counterfoil.rest.calls import Call
from counterfoil.rest.routing import Route


def get_einvoicing_settings(call: Call) -> Response:
    """Retrieve the e-invoicing settings"""
    return call.read(lambda work: einvoicing.settings(work).model_dump_json())


def send_client_invoice_by_einvoice(call: Call) -> Response:
    """Send a client invoice by e-invoice"""

    def act(work: Work) -> str:
        einvoicing.send(work, call.params["id"])
        return ""

    return call.write(act, status=204)


ROUTES = (
    Route(
        "GET", "/v2/einvoicing/settings", scopes.EINVOICING_READ, get_einvoicing_settings, gives=EinvoicingSettings
    ),
    Route(
        "POST", "/v2/client_invoices/{id}/send_by_einvoice", scopes.CLIENT_INVOICE_WRITE,
        send_client_invoice_by_einvoice, status=204,
    ),
)  # fmt: skip
