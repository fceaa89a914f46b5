"""The tool for the seller itself."""

from __future__ import annotations

from typing import Any

from counterfoil.domain import scopes, vat_rates
from counterfoil.mcp import defaults
from counterfoil.mcp.schemas import STRING, result, shown
from counterfoil.mcp.tool import READ, Tool, ToolCall

# Balances are left out: they say nothing here, and are the only floats of the API.
_ACCOUNT = ("id", "name", "iban", "bic", "currency", "main", "status")


async def get_organization(call: ToolCall) -> dict[str, Any]:
    sent: dict[str, Any] = dict(await call.api.get_organization())
    accounts = sent.pop("bank_accounts", None) or []
    shown = {name: value for name, value in sent.items() if value not in ("", None, [], {})}
    shown["bank_accounts"] = [{name: a[name] for name in _ACCOUNT if a.get(name) is not None} for a in accounts]
    shown.setdefault("payment_terms_days", defaults.PAYMENT_TERMS_DAYS)
    today = defaults.today(sent, call)
    rates = vat_rates.legal_rates(str(sent.get("legal_country") or "").upper(), today)
    shown["vat_rates_percent"] = [f"{(rate * 100).normalize():f}" for rate in rates]
    return {"organization": shown, "today": today.isoformat()}


_BANK_ACCOUNT = shown({"id": STRING, "name": STRING, "iban": STRING, "currency": STRING, "main": {"type": "boolean"}})

TOOLS = (
    Tool(
        "get_organization",
        "Get the organization",
        "Fetch the seller: legal name, numbers, address, country, payment_terms_days, and bank_accounts, of which the "
        "main one is the default on invoices, vat_rates_percent and today, its calendar day.",
        READ,
        {},
        result(
            {
                "organization": shown(
                    {
                        "id": STRING,
                        "legal_name": STRING,
                        "legal_country": STRING,
                        "payment_terms_days": {"type": "integer"},
                        "bank_accounts": {"type": "array", "items": _BANK_ACCOUNT},
                    },
                    ["id", "bank_accounts"],
                ),
                "today": STRING,
            },
            ["organization", "today"],
        ),
        get_organization,
        scope=scopes.ORGANIZATION_READ,
    ),
)
