"""The examples of /openapi.json are what a server answers today, and valid by the schemas that stand beside them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from counterfoil.rest.api import ROUTES
from counterfoil.rest.openapi import build
from tests.rest import openapi_examples as maker

DESCRIPTION = build(ROUTES)
LARGEST_BYTES = 180_000


def described() -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every JSON body and answer of the description: the operation, which of the two, and its content."""
    for methods in DESCRIPTION["paths"].values():
        for operation in methods.values():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                yield operation["operationId"], "request", body
            for status, answer in operation["responses"].items():
                if status.startswith("2") and "content" in answer:
                    yield operation["operationId"], "response", answer["content"]["application/json"]


CONTENTS = tuple(described())


@pytest.mark.timeout(120)
def test_they_are_what_is_answered_today() -> None:
    # given the examples that are shipped
    shipped = maker.FILE.read_text(encoding="utf-8")
    # when the same calls are made again
    made = maker.make()
    # then each is as it was; `python -m tests.rest.openapi_examples` writes down what has changed
    assert changed(json.loads(shipped), made) == []
    assert shipped == maker.text_of(made)


def changed(shipped: Mapping[str, Any], made: Mapping[str, Any]) -> list[str]:
    return [name for name in {**shipped, **made} if shipped.get(name) != made.get(name)]


@pytest.mark.parametrize(("name", "side", "content"), CONTENTS, ids=[f"{name} {side}" for name, side, _ in CONTENTS])
def test_every_body_and_every_answer_has_one_that_is_valid(name: str, side: str, content: Mapping[str, Any]) -> None:
    # given what is described of a call
    assert "example" in content, f"{name} has no example of its {side}: add the call to tests/rest/openapi_examples.py"
    # when its example is held against its schema
    schema = {**content["schema"], "components": DESCRIPTION["components"]}
    faults = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(content["example"])
    # then nothing is wrong with it
    assert [f"{fault.json_path}: {fault.message[:200]}" for fault in faults] == []


def test_a_wrong_example_would_be_seen() -> None:
    content = next(content for name, side, content in CONTENTS if (name, side) == ("get_client", "response"))
    schema = {**content["schema"], "components": DESCRIPTION["components"]}
    without_id = {"client": {key: value for key, value in content["example"]["client"].items() if key != "id"}}
    assert list(Draft202012Validator(schema).iter_errors(without_id)) != []


def test_they_are_small_and_hold_no_secret_that_could_be_one() -> None:
    text = maker.FILE.read_text(encoding="utf-8")
    assert len(text.encode()) < LARGEST_BYTES
    subscriptions = [
        side["secret"]
        for name, example in json.loads(text).items()
        for side in example.values()
        if "webhook_subscription" in name and side.get("secret")
    ]
    assert set(subscriptions) == {maker.FAKE_SECRET}
