"""Reading from a server elsewhere what a preview needs: its documents, clients and organization, as any of them are.

A server of the same API may leave out what Counterfoil adds, and some of what the API has; what is missing is made up
for here, so that one code computes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from counterfoil.domain.document import Identity, as_new, build_client_invoice
from counterfoil.domain.organization import TIME_ZONES, BankAccount, OrganizationProfile
from counterfoil.errors import BillingError, Fault, Invalid
from counterfoil.sdk.client import AsyncSend
from counterfoil.sdk.wire import Answer, Request, path_to

PLURALS: Final = {
    "client_invoice": "client_invoices", "credit_note": "credit_notes", "quote": "quotes", "client": "clients",
    "supplier_invoice": "supplier_invoices", "product": "products",
}  # fmt: skip
_PAGES_MAX: Final = 20
_EMPTY: Final[Mapping[str, Any]] = {
    "payment_methods": [], "purchase_order": "", "terms_and_conditions": "", "header": "", "footer": "",
    "performance_start_date": "", "performance_end_date": "", "settings": {}, "discount": None,
    "report_einvoicing": None, "payment_reporting": None, "welfare_fund": None, "withholding_tax": None,
    "stamp_duty_amount": "", "invoice_type": "standard",
}  # fmt: skip
# What a document's own block of its seller says, and a profile too.
_SELLER: Final = (
    "legal_name", "legal_number", "legal_country", "address_line_1", "address_line_2", "address_zipcode",
    "address_city", "address_country", "company_leadership", "district_court", "commercial_register_number",
    "vat_number", "tax_number", "transaction_type", "vat_payment_condition", "legal_capital_share",
)  # fmt: skip


class Refused(Exception):
    """The server refused to show what is needed; its answer stands for ours."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(str(answer.status))
        self.answer = answer


class Unreadable(Exception):
    """The server shows a document in a form that cannot be computed here."""


@dataclass(frozen=True, slots=True)
class Seller:
    """The organization as far as the server tells. is_whole: it told all that rules look at."""

    id: str
    profile: OrganizationProfile
    account: BankAccount
    is_whole: bool

    def today(self, now: datetime) -> date:
        """The organization's calendar day."""
        return now.astimezone(ZoneInfo(TIME_ZONES.get(self.profile.legal_country, "Europe/Paris"))).date()


class Reader:
    """Reads through `send`, each thing once. Its methods raise Refused, and Invalid for an answer that is none."""

    def __init__(self, send: AsyncSend) -> None:
        self._send = send
        self._kept: dict[str, Mapping[str, Any]] = {}

    async def document(self, kind: str, id: str) -> Mapping[str, Any]:
        """One document, client or product, without its envelope."""
        path = path_to(f"/v2/{PLURALS[kind]}", id)
        try:
            body = await self._get(path)
        except Refused as refused:
            found = await self._listed(kind, id) if kind == "product" and refused.answer.status == 404 else None
            if found is None:
                raise
            return found
        inner = body.get(kind)
        return inner if isinstance(inner, Mapping) else body

    async def credit_notes_of(self, invoice: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The credit notes of an invoice."""
        return [await self.document("credit_note", str(each)) for each in invoice.get("credit_notes_ids") or ()]

    async def client(self, id: str) -> Mapping[str, Any]:
        """A client as a document would keep it: its address on top too. Raises Invalid when there is none."""
        try:
            found = await self.document("client", id)
        except Refused as refused:
            if refused.answer.status != 404:
                raise
            raise Invalid(
                "invalid_client_id", "There is no client with this id.", field="client_id",
                fix="Call list_clients to find the right id.",
            ) from None  # fmt: skip
        place = found.get("billing_address") or {}
        names = ("city", "zip_code", "province_code", "country_code")
        above = {name: found.get(name) or place.get(name) for name in names}
        above["address"] = found.get("address") or place.get("street_address")
        return {**found, **above, "type": found.get("type") or found.get("kind") or "company"}

    async def seller(self, shown: Mapping[str, Any] | None = None, iban: str | None = None) -> Seller:
        """The organization. shown: how a document shows it, which tells more than some servers do of themselves."""
        told = (await self._get("/v2/organization")).get("organization")
        organization: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
        is_whole = "vat_regime" in organization
        if not is_whole and shown is None:
            shown = await self._shown_last()
        accounts = [each for each in organization.get("bank_accounts") or () if isinstance(each, Mapping)]
        account = _account(accounts, iban)
        profile = _profile({**_told_of(organization), **_seller_in(shown or {})}, account.iban)
        return Seller(str(organization.get("id") or ""), profile, account, is_whole)

    async def _shown_last(self) -> Mapping[str, Any]:
        """The seller as the newest invoice shows it; empty when there is none, or none may be read."""
        try:
            found = (await self._get("/v2/client_invoices", per_page="1")).get("client_invoices") or [{}]
            return found[0].get("organization") or {}
        except Refused:
            return {}

    async def _listed(self, kind: str, id: str) -> Mapping[str, Any] | None:
        """The same from the list, for servers that do not give it by its id."""
        for page in range(1, _PAGES_MAX + 1):
            rows = (await self._get(f"/v2/{PLURALS[kind]}", page=str(page), per_page="100")).get(PLURALS[kind]) or []
            for row in rows:
                if row.get("id") == id:
                    found: Mapping[str, Any] = row
                    return found
            if len(rows) < 100:
                break
        return None

    async def _get(self, path: str, **params: str) -> Mapping[str, Any]:
        key = f"{path}?{sorted(params.items())}"
        if key not in self._kept:
            answer = await self._send(Request("GET", path, lambda sent: sent, params=list(params.items())))
            if not 200 <= answer.status < 300:
                raise Refused(answer)
            self._kept[key] = _object(answer)
        return self._kept[key]


def whole_invoice(document: Mapping[str, Any], seller: Seller) -> dict[str, Any]:
    """An invoice with its VAT groups and net amounts, which some servers leave out: computed from its lines.

    What the server says itself stays. Raises Unreadable.
    """
    number = str(document.get("number") or "")
    identity = Identity(
        str(document.get("id") or ""), seller.id, str(document.get("created_at") or ""),
        None if not number or number.endswith("-PROFORMA") else number, str(document.get("finalized_at") or ""),
    )  # fmt: skip
    told = {name: value for name, value in document.items() if value is not None}
    try:
        asked = as_new({**_EMPTY, **told, "items": document.get("items") or []})
        client: Mapping[str, Any] = document["client"]
        built = build_client_invoice(asked, identity, profile=seller.profile, client=client, account=seller.account)
    except (BillingError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(number or identity.id) from error
    computed = built.model_dump(mode="json")
    settled = {name: value for name, value in told.items() if name not in ("items", "number")}
    return {**computed, **settled, "number": identity.number or "", "organization": computed["organization"]}


def validated(error: ValidationError) -> BillingError:
    """What a model finds wrong in a body, as faults that name the fields."""
    faults = {
        "/".join(map(str, each["loc"])): each["msg"] for each in error.errors(include_url=False, include_input=False)
    }
    return Invalid.of(
        Fault("invalid_format", f"{place}: {message}.", field=place, fix=f"Correct {place}.")
        for place, message in faults.items()
    )


def _object(answer: Answer) -> Mapping[str, Any]:
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        raise Invalid("unexpected_answer", "The server's answer is not one of this API.", fix="Check its address.")
    return body


def _account(accounts: list[Mapping[str, Any]], iban: str | None) -> BankAccount:
    """The account with this IBAN, else the main one, else what little is known of it."""
    compact = "".join((iban or "").split()).upper()
    ordered = sorted(accounts, key=lambda each: not each.get("main"))
    found = next((each for each in ordered if each.get("iban") == compact), None) or ({} if iban else None)
    kept = found if found is not None else next(iter(ordered), {})
    texts = {name: str(kept.get(name) or "") for name in ("id", "organization_id", "slug", "name", "bic", "updated_at")}
    return BankAccount(iban=compact or str(kept.get("iban") or ""), **texts)


def _told_of(organization: Mapping[str, Any]) -> dict[str, Any]:
    """What an organization says of itself, in the words of a profile."""
    place = organization.get("address")
    place = place if isinstance(place, Mapping) else {}
    known = {name: organization.get(name) for name in OrganizationProfile.model_fields if organization.get(name)}
    found = {
        "address_line_1": place.get("street_address") or organization.get("legal_address"),
        "address_zipcode": place.get("zip_code"),
        "address_city": place.get("city"),
        "address_country": place.get("country_code"),
        "legal_name": organization.get("legal_name") or organization.get("name"),
    }
    return {name: value for name, value in found.items() if value} | known


def _seller_in(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: shown[name] for name in _SELLER if shown.get(name)}


def _profile(told: Mapping[str, Any], iban: str) -> OrganizationProfile:
    """A profile of what is known; what a server writes in another form is left out."""
    country = iban[:2] if iban[:2].isalpha() else "FR"
    values = {"legal_country": country, "legal_name": "The organization", **told}
    values |= {name: str(value) for name, value in values.items() if isinstance(value, int) and value is not True}
    for _ in range(3):
        try:
            return OrganizationProfile.model_validate(values)
        except ValidationError as error:
            for each in error.errors():
                values.pop(str(each["loc"][0]), None)
            values = {"legal_country": country, "legal_name": "The organization", **values}
    return OrganizationProfile(legal_country=country, legal_name="The organization")
