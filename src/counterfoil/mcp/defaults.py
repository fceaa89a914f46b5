"""What an invoice gets where the caller is silent. It works with servers that do not answer Counterfoil's additions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.domain.organization import TIME_ZONES
from counterfoil.errors import Invalid
from counterfoil.mcp.tool import ToolCall
from counterfoil.sdk.errors import ApiError

PAYMENT_TERMS_DAYS = 30
CURRENCY = "EUR"
_ZONE = "Europe/Paris"


async def dates_and_account(call: ToolCall, given: Mapping[str, Any]) -> dict[str, Any]:
    """issue_date, due_date and payment_methods, each as given or by the organization's custom.

    Raises ApiError when the organization is needed and may not be read.
    """
    dates = {name: given[name] for name in ("issue_date", "due_date") if name in given}
    if len(dates) == 2 and "payment_methods" in given:
        return dates
    try:
        organization: Mapping[str, Any] = await call.api.get_organization()
    except ApiError as error:
        if error.status == 403 and len(dates) == 2:
            return dates  # the server knows its main account itself
        raise
    issued = date.fromisoformat(dates["issue_date"]) if "issue_date" in dates else today(organization, call)
    due = issued + timedelta(days=organization.get("payment_terms_days", PAYMENT_TERMS_DAYS))
    found: dict[str, Any] = {"issue_date": issued.isoformat(), "due_date": due.isoformat(), **dates}
    iban = main_iban(organization)
    return found | ({"payment_methods": {"iban": iban}} if iban else {})


def today(organization: Mapping[str, Any], call: ToolCall) -> date:
    """The organization's calendar day."""
    zone = organization.get("time_zone") or TIME_ZONES.get(str(organization.get("legal_country", "")).upper(), _ZONE)
    try:
        return call.now.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return call.now.astimezone(ZoneInfo(_ZONE)).date()


def main_iban(organization: Mapping[str, Any]) -> str | None:
    """The IBAN of the main account, else of the first one that is open."""
    accounts = [a for a in organization.get("bank_accounts") or [] if a.get("status", "active") == "active"]
    accounts.sort(key=lambda account: not account.get("main"))
    return accounts[0].get("iban") if accounts else None


async def currency_for(call: ToolCall, client_id: str) -> str:
    """The client's currency. Raises Invalid when there is no such client."""
    try:
        client = await call.api.get_client(client_id)
    except ApiError as error:
        if error.status == 404:
            raise Invalid(
                "invalid_client_id", f"There is no client with the id {client_id}.", field="client_id",
                fix="Call list_clients to find the right id, or create_client to add one.",
            ) from None  # fmt: skip
        if error.status == 403:
            return CURRENCY
        raise
    return client.get("currency") or CURRENCY
