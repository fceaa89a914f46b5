"""What webhooks send: the signature as documented, three days of attempts, and no amounts in cents."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from counterfoil.domain import scopes
from counterfoil.domain.webhook import (
    ATTEMPTS,
    SCOPE_OF,
    NewWebhookSubscription,
    pause_after,
    signature,
    without_cents,
)


def test_the_signature_is_that_of_the_documented_example() -> None:
    expected = "t=1704110400,v1=56aff06dc227db80d6568a5070f912c601c31f20451745d257cbc0b5dfa93805"
    assert signature("test-secret", 1704110400, b'{"test":"data"}') == expected


def test_the_recipe_in_the_docs_accepts_what_is_genuine_and_nothing_else() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api" / "webhooks.md").read_text(encoding="utf-8")
    recipe: dict[str, Any] = {}
    exec(page.split("```python\n")[1].split("```")[0], recipe)
    is_genuine: Callable[..., bool] = recipe["is_genuine"]
    vector = "t=1704110400,v1=56aff06dc227db80d6568a5070f912c601c31f20451745d257cbc0b5dfa93805"
    assert vector in page
    assert is_genuine(vector, b'{"test":"data"}', "test-secret", 10**12)
    assert not is_genuine(vector, b'{"test":"data"}', "test-secret")
    now = signature("secret", int(time.time()), b"{}")
    assert is_genuine(now, b"{}", "secret")
    for header, body, secret in (
        (now, b"{ }", "secret"), (now, b"{}", "other"), (now[:-1] + "x", b"{}", "secret"), ("", b"{}", "secret"),
        ("t=1", b"{}", "secret"), (now.replace("v1=", "v0="), b"{}", "secret"),
    ):  # fmt: skip
        assert not is_genuine(header, body, secret)


@pytest.mark.parametrize("change", [("other-secret", 1, b"{}"), ("secret", 2, b"{}"), ("secret", 1, b"{ }")])
def test_the_signature_depends_on_secret_time_and_every_byte(change: tuple[str, int, bytes]) -> None:
    plain = signature("secret", 1, b"{}")
    assert signature(*change).partition("v1=")[2] != plain.partition("v1=")[2]


def test_attempts_are_spread_over_three_days() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, ATTEMPTS)]
    assert None not in pauses
    assert pauses == sorted(pauses)
    total = sum((pause for pause in pauses if pause), timedelta())
    assert timedelta(days=2, hours=22) < total < timedelta(days=3, hours=2)
    assert pause_after(ATTEMPTS) is None
    assert pause_after(ATTEMPTS + 1_000) is None


def test_amounts_in_cents_are_left_out_at_every_depth() -> None:
    document = {
        "total_amount": {"value": "1.00", "currency": "EUR"}, "total_amount_cents": 100,
        "items": [{"title": "Cents", "unit_price_cents": 100}], "discount": None,
    }  # fmt: skip
    assert without_cents(document) == {
        "total_amount": {"value": "1.00", "currency": "EUR"}, "items": [{"title": "Cents"}], "discount": None,
    }  # fmt: skip


def test_every_topic_has_a_scope_that_exists() -> None:
    assert set(SCOPE_OF.values()) <= scopes.ALL_SCOPES


@pytest.mark.parametrize(
    "wrong",
    [
        {"types": []}, {"types": ["v1/transactions"]}, {"types": "v1/clients"}, {"secret": "x" * 31},
        {"secret": "x" * 129}, {"secret": "x" * 32 + "\n"}, {"description": "x" * 257},
        {"callback_url": "https://example.com/" + "x" * 493}, {"callback_url": 1},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_documented_is_refused(wrong: dict[str, object]) -> None:
    right = {"callback_url": "https://example.com/hooks", "types": ["v1/clients"]}
    assert NewWebhookSubscription.model_validate(right)
    with pytest.raises(ValidationError):
        NewWebhookSubscription.model_validate(right | wrong)
