"""What each layer owes the others: docstrings above, the tenant's id below."""

from __future__ import annotations

import ast

from tests.architecture.source import layer, top_level_functions

# Store functions that take a connection but no organization_id, and why. Modules count for all their functions.
NOT_OF_ONE_ORGANIZATION = {
    "attempts": "who tries to sign in has not said to which organization",
    "approvals.forget_before": "clears old approvals of all organizations",
    "copying": "a backup is of all organizations",
    "client_invoices.by_public_token": "the link's token is all that its visitor has",
    "documents.by_token": "the link's token is all that its visitor has",
    "credentials.by_hash": "tells which organization is asking",
    "erasure.still_kept": "equal bytes are kept once for all organizations: a file goes when none of them has it",
    "idempotency.forget_before": "clears old records of all organizations",
    "inspecting": "doctor and monitors look at the whole database",
    "instance": "secrets of the whole server",
    "marks.mark": "says what the whole database is",
    "oauth.client": "a client may be anybody's, and is told apart by its id",
    "oauth.code": "the code tells which organization it is of",
    "oauth.forget_unused": "clears clients that registered themselves and nobody let in",
    "oauth.refresh_token": "the token tells which organization it is of",
    "members.everywhere": "who signs in has not said to which organization",
    "members.has_any": "tells the sign-in page whether anybody can sign in at all",
    "organizations.every": "the list of organizations itself",
    "organizations.take_seq": "takes the organization's row",
    "pending_uploads.expired_before": "finds what to clear of all organizations",
    "postgresql": "transactions, whoever they are for",
    "queue": "jobs of all organizations wait in one line",
    "recurring_invoices.due_organizations": "tells the scheduler which organizations have something due",
    "reminders.due_organizations": "tells the scheduler which organizations have something due",
    "sessions.by_hash": "tells who is asking, and for which organization",
    "sessions.link_by_hash": "the link's token is all that its visitor has",
    "touched": "what one connection wrote, before the organization's journal says so",
    "triggers": "guards on the tables themselves",
    "verifying.as_it_lies": "how this connection reads texts",
    "verifying.chains": "verify goes through all organizations",
    "verifying.of_nobody": "finds rows whose organization is gone",
    "webhooks.forget_before": "clears old deliveries of all organizations",
    "webhooks.not_sealed_with": "seals the secrets of all organizations anew",
}


def connected() -> dict[str, list[str]]:
    """Public store functions that work on a connection, as "module.function", with their parameters."""
    return {
        f"{path.stem}.{function.name}": function.parameters
        for path in layer("store")
        if "migrations" not in path.parts
        for function in top_level_functions(path)
        if function.is_public and "conn" in function.parameters
    }


def test_every_store_function_asks_for_the_organization() -> None:
    without = {name for name, parameters in connected().items() if "organization_id" not in parameters}
    named = {name for name in without if not {name, name.split(".")[0]} & NOT_OF_ONE_ORGANIZATION.keys()}
    assert named == set()


def test_no_exception_outlives_its_reason() -> None:
    without = {name for name, parameters in connected().items() if "organization_id" not in parameters}
    in_use = without | {name.split(".")[0] for name in without}
    assert set(NOT_OF_ONE_ORGANIZATION) - in_use == set()


def test_every_public_operation_has_a_docstring() -> None:
    silent = [
        f"{function.path}::{function.name}"
        for path in layer("operations")
        for function in top_level_functions(path)
        if function.is_public and not ast.get_docstring(function.node)
    ]
    assert silent == []
