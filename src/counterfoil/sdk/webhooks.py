"""Reading webhooks that come in: whether they are the server's own, before anything in them is believed."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from typing import Any, TypedDict

from counterfoil.sdk.errors import SdkError

SIGNATURE_HEADER = "X-Qonto-Signature"
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


class ForgedWebhook(SdkError):
    """The message is not signed with this secret, or was signed too long ago."""


class WebhookMessage(TypedDict):
    """What is told. id: the same when it is delivered again. data: `event`, and the invoice, client or product."""

    id: str
    subscription_id: str
    organization_id: str
    membership_id: str
    type: str
    created_at: str
    data: dict[str, Any]


def read_webhook(
    body: bytes, signature: str | None, secret: str, *, tolerance_seconds: int = 300, now: float | None = None
) -> WebhookMessage:
    """The message in a request. body: as it came, to the byte. signature: its header X-Qonto-Signature.

    now: Unix seconds, the machine's clock when left out. Raises ForgedWebhook.
    """
    found = _SIGNATURE.fullmatch(signature or "")
    if found is None:
        raise ForgedWebhook("the signature is missing or has another form")
    expected = hmac.new(secret.encode(), found[1].encode() + b"." + body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, found[2]):
        raise ForgedWebhook("the signature was not made with this secret")
    if abs((time.time() if now is None else now) - int(found[1])) > tolerance_seconds:
        raise ForgedWebhook(f"the message was signed more than {tolerance_seconds} s ago, or its clock is wrong")
    message: WebhookMessage = json.loads(body)
    return message
