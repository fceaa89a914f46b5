"""A webhook is read only when its signature is right, fresh, and made over the very bytes."""

from __future__ import annotations

import pytest

from counterfoil.sdk import ForgedWebhook, read_webhook

# The example of the API's own pages.
BODY, SECRET, AT = b'{"test":"data"}', "test-secret", 1_704_110_400
SIGNATURE = f"t={AT},v1=56aff06dc227db80d6568a5070f912c601c31f20451745d257cbc0b5dfa93805"


def test_the_documented_example_is_genuine() -> None:
    assert read_webhook(BODY, SIGNATURE, SECRET, now=AT + 2) == {"test": "data"}


@pytest.mark.parametrize(
    ("body", "signature", "secret", "now"),
    [
        (BODY + b" ", SIGNATURE, SECRET, AT), (BODY, SIGNATURE, "other-secret", AT), (BODY, None, SECRET, AT),
        (BODY, "", SECRET, AT), (BODY, SIGNATURE.upper(), SECRET, AT), (BODY, SIGNATURE + "\n", SECRET, AT),
        (BODY, SIGNATURE.replace(str(AT), str(AT + 1)), SECRET, AT), (BODY, SIGNATURE, SECRET, AT + 301),
        (BODY, SIGNATURE, SECRET, AT - 301), (BODY, f"{SIGNATURE},v1={'0' * 64}", SECRET, AT),
    ],
)  # fmt: skip
def test_anything_else_is_forged(body: bytes, signature: str | None, secret: str, now: int) -> None:
    with pytest.raises(ForgedWebhook):
        read_webhook(body, signature, secret, now=now)


def test_what_is_told_cannot_be_read_before_it_is_checked() -> None:
    with pytest.raises(ForgedWebhook):
        read_webhook(b"no json", SIGNATURE, SECRET, now=AT)
