"""The life of a quote: it waits for the client, who accepts or declines it once and for all."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from counterfoil.domain.lifecycle import DELETED, Lifecycle

STATUSES: Final = ("pending_approval", "approved", "canceled")
ACTIONS: Final = ("update", "delete", "send", "accept", "decline", "convert")

# Accepting twice is accepting: a client who reloads the page or clicks twice shall see no error.
TABLE: Final[Mapping[tuple[str, str], str]] = MappingProxyType(
    {
        ("pending_approval", "update"): "pending_approval",
        ("pending_approval", "delete"): DELETED,
        ("pending_approval", "send"): "pending_approval",
        ("pending_approval", "accept"): "approved",
        ("pending_approval", "decline"): "canceled",
        ("pending_approval", "convert"): "pending_approval",
        ("approved", "send"): "approved",
        ("approved", "accept"): "approved",
        ("approved", "convert"): "approved",
        ("canceled", "decline"): "canceled",
    }
)

_INVOICE_IT = "Make the invoice: POST /v2/quotes/{id}/convert. For other terms create a new quote."
_OFFER_ANEW = "Create a new quote: POST /v2/quotes."
_ASK_THE_SELLER = "Ask the seller: what was answered stays answered."

_REFUSALS: Final[Mapping[str, Mapping[str, tuple[str, str, str]]]] = MappingProxyType(
    {
        "update": {
            "approved": (
                "quote_already_approved", "The quote is approved: the client accepted it as it is.", _INVOICE_IT,
            ),
            "canceled": ("quote_already_canceled", "The quote is canceled: the client declined it.", _OFFER_ANEW),
        },
        "delete": {
            "approved": (
                "quote_already_approved", "The quote is approved and is kept: the client accepted it.", _INVOICE_IT,
            ),
            "canceled": (
                "quote_already_canceled", "The quote is canceled and is kept: the client declined it.",
                "Nothing is left to do: it binds nobody.",
            ),
        },
        "send": {
            "canceled": ("quote_already_canceled", "The quote is canceled: the client declined it.", _OFFER_ANEW),
        },
        "accept": {
            "canceled": ("quote_already_canceled", "This quote was declined and cannot be accepted.", _ASK_THE_SELLER),
        },
        "decline": {
            "approved": ("quote_already_approved", "This quote was accepted and cannot be declined.", _ASK_THE_SELLER),
        },
        "convert": {
            "canceled": (
                "quote_already_canceled", "The quote is canceled: the client declined it.",
                "Create a new quote, or the invoice without quote_id.",
            ),
        },
    }
)  # fmt: skip

QUOTE: Final = Lifecycle(ACTIONS, TABLE, _REFUSALS)
