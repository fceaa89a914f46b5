"""What an invoice gets where the caller is silent. It works with servers that do not answer Counterfoil's additions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from counterfoil.domain.organization import TIME_ZONES
from counterfoil.mcp import values
from counterfoil.mcp.tool import ToolCall
from counterfoil.sdk.errors import ApiError

PAYMENT_TERMS_DAYS = 30
CURRENCY = "EUR"
_ZONE = "Europe/Paris"


async def dates_and_account(call: ToolCall, given: Mapping[str, Any]) -> dict[str, Any]:
    """issue_date, due_date and payment_methods, each as given or by the organization's custom.

    due_date: a distance such as +30d counts from issue_date. Raises ApiError when the organization is needed and may
    not be read, Invalid for a day that is none.
    """
    said = {name: str(given[name]) for name in ("issue_date", "due_date") if name in given}
    if len(said) == 2 and "payment_methods" in given and all(is_plain_day(text) for text in said.values()):
        return {name: values.day(text, name, date.min) for name, text in said.items()}
    try:
        organization: Mapping[str, Any] = await call.api.get_organization()
    except ApiError as error:
        if error.status == 403 and len(said) == 2 and all(is_plain_day(text) for text in said.values()):
            return dict(said)  # the server knows its main account itself
        raise
    now = today(organization, call)
    issued = date.fromisoformat(values.day(said.get("issue_date", "today"), "issue_date", now))
    terms = f"+{organization.get('payment_terms_days', PAYMENT_TERMS_DAYS)}d"
    due = values.day(said.get("due_date", terms), "due_date", now, start=issued)
    found: dict[str, Any] = {"issue_date": issued.isoformat(), "due_date": due}
    iban = main_iban(organization)
    return found | ({"payment_methods": {"iban": iban}} if iban and "payment_methods" not in given else {})


def is_plain_day(text: str) -> bool:
    """Whether it is written as a day of the calendar, so that nobody need be asked what today is."""
    return len(text) == 10 and text[4] == text[7] == "-"


async def read_day(call: ToolCall, text: str, field: str, start: date | None = None) -> str:
    """A day of the wire; see values.day. The organization is asked for its calendar day only where that matters."""
    if is_plain_day(text):
        return values.day(text, field, call.now.date())
    return values.day(text, field, await day_of(call), start)


async def read_days(call: ToolCall, given: dict[str, Any], names: Iterable[str]) -> None:
    """Puts the wire's days in place of what was sent under these names."""
    for name in names:
        if isinstance(given.get(name), str):
            given[name] = await read_day(call, given[name], name)


async def day_of(call: ToolCall) -> date:
    """The organization's calendar day; this machine's idea of it where the organization may not be read."""
    try:
        return today(await call.api.get_organization(), call)
    except ApiError as error:
        if error.status != 403:
            raise
        return today({}, call)


async def law_for(call: ToolCall, client: Mapping[str, Any]) -> values.Law | None:
    """Whose VAT rates may be charged to this client; None where the seller's country is not known."""
    try:
        organization: Mapping[str, Any] = await call.api.get_organization()
    except ApiError as error:
        if error.status != 403:
            raise
        return None
    own = str(organization.get("legal_country") or "").upper()
    address = client.get("billing_address") or {}
    theirs = str(address.get("country_code") or client.get("country_code") or "").upper()
    countries = tuple(dict.fromkeys(country for country in (own, theirs) if country))
    return values.Law(countries, today(organization, call)) if own else None


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
