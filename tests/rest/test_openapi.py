"""/openapi.json: valid, and true to what is served."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.server import Api, Server, expect


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    with server.http() as http:
        return dict(http.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for methods in document["paths"].values() for operation in methods.values()]


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_scope(document: dict[str, Any]) -> None:
    found = operations(document)
    assert len({operation["operationId"] for operation in found}) == len(found) >= 22
    assert all(operation["summary"] and "Scope: `" in operation["description"] for operation in found)
    assert all("default" in operation["responses"] for operation in found)


def test_writes_tell_of_idempotency_and_dry_runs(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            names = {parameter["name"] for parameter in operation["parameters"]}
            assert ({"X-Qonto-Idempotency-Key", "X-Dry-Run"} <= names) == (method != "get"), f"{method} {path}"


def test_every_filter_that_works_is_listed(document: dict[str, Any]) -> None:
    listed = {each["name"] for each in document["paths"]["/v2/client_invoices"]["get"]["parameters"]}
    spans = {f"filter[{name}_{end}]" for name in ("created_at", "updated_at", "due_date", "issue_date")
             for end in ("from", "to")}  # fmt: skip
    assert listed == spans | {
        "filter[status]", "filter[number]", "filter[client_id]", "filter[due_date]", "exclude_imported", "page",
        "per_page", "sort_by",
    }  # fmt: skip


def answer_schema(document: dict[str, Any], path: str, method: str) -> dict[str, Any]:
    schema = document["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
    return {**schema, "components": document["components"]}


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/v2/client_invoices", "/client_invoices"), ("/v2/clients", "/clients"),
        ("/v2/organization", "/organization"), ("/v2/bank_accounts", "/bank_accounts"),
    ],
)  # fmt: skip
def test_answers_are_as_described(fr: Api, document: dict[str, Any], path: str, shown: str) -> None:
    fr.draft(items=[fr.item(discount={"type": "percentage", "value": "0.1"})])
    fr.act(fr.issued()["id"], "mark_as_paid")
    answer = expect(fr.get(shown), 200)
    assert list(Draft202012Validator(answer_schema(document, path, "get")).iter_errors(answer)) == []


def test_errors_are_as_described(fr: Api, document: dict[str, Any]) -> None:
    errors = document["components"]["schemas"]["Errors"]
    answer = expect(fr.get("/clients/nothing"), 404)
    assert list(Draft202012Validator(errors).iter_errors(answer)) == []
