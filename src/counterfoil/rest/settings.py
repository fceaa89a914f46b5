"""/v2/settings"""

from __future__ import annotations

from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.invoicing_settings import InvoicingSettings, SettingsChange
from counterfoil.operations import settings
from counterfoil.rest.calls import Call
from counterfoil.rest.routing import Route

_NAME = "settings"


def get_settings(call: Call) -> Response:
    """Retrieve the invoicing settings"""
    return call.read(lambda work: _both_ways(settings.get(work)))


def update_settings(call: Call) -> Response:
    """Update the invoicing settings"""
    change = call.parse(SettingsChange, _NAME)
    return call.write(lambda work: _both_ways(settings.update(work, change)))


def _both_ways(body: str) -> str:
    """The fields bare, and once more below "settings": the API's pages leave open which it is."""
    return f'{body[:-1]},"{_NAME}":{body}}}'


_PATH = "/v2/settings"
_GIVES = {_NAME: InvoicingSettings}

ROUTES = (
    Route("GET", _PATH, scopes.CLIENT_INVOICES_READ, get_settings, spread=InvoicingSettings, gives=_GIVES),
    Route(
        "PUT", _PATH, scopes.CLIENT_INVOICE_WRITE, update_settings,
        takes=SettingsChange, wrapper=_NAME, spread=InvoicingSettings, gives=_GIVES,
    ),
)  # fmt: skip
