"""Completion: what may stand in a template's braces or a prompt's argument, from what was begun to be typed."""

from __future__ import annotations

from typing import Any, Final

import mcp_types as types
from mcp.server import Server
from mcp.server.context import ServerRequestContext

from counterfoil.domain import scopes, vat_rates
from counterfoil.mcp.caller import Caller, Connect
from counterfoil.sdk.errors import SdkError

_VALUES_MAX: Final = 100  # the protocol's own limit, and as many documents are looked through


def serve(server: Server[Any], connect: Connect) -> None:
    """Adds completion to `server`."""

    async def complete(context: ServerRequestContext[Any], params: types.CompleteRequestParams) -> types.CompleteResult:
        of = params.ref.uri if isinstance(params.ref, types.ResourceTemplateReference) else params.ref.name
        begun = params.argument.value.strip().upper()
        known = await _known(connect(context), of, params.argument.name)
        # What begins like that first, then what holds it.
        fitting = [value for value in known if value.upper().startswith(begun)]
        fitting += [value for value in known if begun in value.upper() and value not in fitting]
        values = fitting[:_VALUES_MAX]
        return types.CompleteResult(
            completion=types.Completion(values=values, total=len(fitting), has_more=len(fitting) > len(values))
        )

    server.add_request_handler("completion/complete", types.CompleteRequestParams, complete)


async def _known(caller: Caller, of: str, argument: str) -> list[str]:
    """The values there are; none for what cannot be completed, or not for this caller."""
    if argument == "country":
        return sorted(vat_rates.RATES)
    if argument not in ("number", "quote") or not caller.may(scopes.CLIENT_INVOICES_READ):
        return []
    try:
        if argument == "quote" or of.startswith("quote://"):
            quotes = await caller.api.list_quotes(per_page=_VALUES_MAX)
            return [str(quote["number"]) for quote in quotes.items if quote.get("number")]
        # Drafts have no number of their own yet.
        issued = await caller.api.list_client_invoices(status=["unpaid", "paid", "canceled"], per_page=_VALUES_MAX)
        return [str(invoice["number"]) for invoice in issued.items if invoice.get("number")]
    except SdkError:
        return []
