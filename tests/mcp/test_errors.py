"""Failures in words that help a caller who has tools, not calls of the API."""

from __future__ import annotations

import pytest

from counterfoil.errors import Fault, Invalid
from counterfoil.mcp.errors import as_result, as_text, in_tools
from counterfoil.sdk.errors import ApiError, ApiFault, Unreachable

UUID = "01a20000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("fix", "in_words_of_tools"),
    [
        (
            "Finalize it first: POST /v2/client_invoices/{id}/finalize.",
            "Finalize it first: call change_client_invoice_status with finalize: true.",
        ),
        ("Delete the draft: DELETE /v2/client_invoices/{id}.", "Delete the draft: call delete_client_invoice."),
        (
            "Change it: PATCH /v2/client_invoices/{id} with number, or with null to have it counted.",
            "Change it: call update_client_invoice with number, or name it in clear to have it counted.",
        ),
        (
            f"PATCH /v2/clients/{UUID} with it, then repeat this call.",
            f"Call update_client (id {UUID}) with it, then repeat this call.",
        ),
        ("Send the id of a client of GET /v2/clients.", "Send the id of a client of list_clients."),
        ("Make it: POST /v2/client_invoices.", "Make it: call create_client_invoice."),
        ("Set it once: PATCH /v2/organization with x.", "Set it once: the REST API's PATCH /v2/organization with x."),
        ("Send the id of a product of GET /v2/products.", "Send the id of a product of list_products."),
        ('Send "0.2".', 'Send "0.2".'),
    ],
)
def test_a_call_of_the_api_is_named_as_the_tool_that_does_it(fix: str, in_words_of_tools: str) -> None:
    assert in_tools(fix) == in_words_of_tools


def test_the_first_fault_is_at_the_top_and_all_are_listed() -> None:
    error = ApiError(
        422,
        [
            ApiFault("too_long", "It is too long.", pointer="/data/attributes/items/0/title", fix="Shorten it."),
            ApiFault("missing_value", "due_date is missing.", pointer="/data/attributes/due_date"),
        ],
    )
    result = as_result(error)
    assert (result["code"], result["field"], result["fix"]) == ("too_long", "items/0/title", "Shorten it.")
    assert [fault["field"] for fault in result["errors"]] == ["items/0/title", "due_date"]
    assert as_text(result).splitlines()[0] == "too_long (items/0/title): It is too long. Shorten it."


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 412, 422, 429, 500, 503])
def test_a_server_that_gives_no_fix_still_gets_one(status: int) -> None:
    assert as_result(ApiError(status, [ApiFault("some_code", "Some detail.")]))["fix"]


def test_a_trace_id_is_passed_on_where_only_the_log_can_help() -> None:
    error = ApiError(500, [ApiFault("internal_server_error", "It broke.")], trace_id="abc")
    assert "abc" in as_result(error)["message"]


def test_a_silent_server_is_told_from_a_refusal() -> None:
    assert as_result(Unreachable("http://x gave no answer"))["code"] == "unreachable"


def test_our_own_faults_pass_unchanged() -> None:
    result = as_result(Invalid.of([Fault("a", "A.", "x", "Do."), Fault("b", "B.")]))
    assert result["errors"] == [
        {"code": "a", "message": "A.", "field": "x", "fix": "Do."},
        {"code": "b", "message": "B."},
    ]


def test_what_broke_inside_stays_inside() -> None:
    result = as_result(RuntimeError("password=1234"))
    assert result["code"] == "internal_error"
    assert "1234" not in str(result)


def test_a_rule_and_the_patch_that_mends_its_breach_are_passed_on() -> None:
    # Given a refusal of the API that a program can mend without asking anybody.
    patch = [{"op": "remove", "path": "/number"}]
    meta = {"rule": "BR-FR-01", "json_patch": patch, "json_patch_target": "client_invoice"}
    # When it is shown as a tool's result.
    result = as_result(ApiError(422, [ApiFault("invalid_number", "Too long.", fix="Leave it out.", meta=meta)]))
    # Then the patch stands there as it came.
    assert (result["rule"], result["json_patch"], result["json_patch_target"]) == ("BR-FR-01", patch, "client_invoice")
