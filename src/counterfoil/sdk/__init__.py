"""The typed client of the REST API: `from counterfoil.sdk import Client`. It works with any server of the same API.

with Client("http://127.0.0.1:8642", api_key="acme-1234:secret") as api:
    draft = api.create_client_invoice({"client_id": …, "status": "draft", …})
    invoice = api.finalize_client_invoice(draft["id"])
"""

from __future__ import annotations

from counterfoil.sdk.client import AsyncClient, Client, authorization
from counterfoil.sdk.errors import ApiError, ApiFault, Unreachable
from counterfoil.sdk.retry import NEVER, Retry
from counterfoil.sdk.webhooks import ForgedWebhook, WebhookMessage, read_webhook
from counterfoil.sdk.wire import Answer, Page, Request, UploadPart

__all__ = [
    "NEVER",
    "Answer",
    "ApiError",
    "ApiFault",
    "AsyncClient",
    "Client",
    "ForgedWebhook",
    "Page",
    "Request",
    "Retry",
    "Unreachable",
    "UploadPart",
    "WebhookMessage",
    "authorization",
    "read_webhook",
]
