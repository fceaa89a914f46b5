"""The organization itself: its profile, its accounts, and making a new one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from counterfoil import errors
from counterfoil.domain import country_setup, party
from counterfoil.domain.approvals import NEVER, ApprovalPolicy
from counterfoil.domain.organization import LOCALES, TIME_ZONES, BankAccount, OrganizationProfile
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.errors import Fault
from counterfoil.operations.work import Work
from counterfoil.ports.ids import secret_hash
from counterfoil.store import attachments, counters, credentials, organizations, recurring_invoices
from counterfoil.store.clients import folded
from counterfoil.store.rows import CredentialRow, OrganizationRow

PROFILE_FIXED = ("legal_country",)  # another country's law would rewrite every draft


@dataclass(frozen=True, slots=True)
class NewOrganization:
    """What `counterfoil init` made. api_key: "login:secret", shown once; only its hash is kept.

    warnings: what its documents will lack.
    """

    organization_id: str
    slug: str
    api_key: str
    warnings: tuple[Fault, ...] = ()


def create(
    work: Work,
    profile: OrganizationProfile,
    *,
    iban: str,
    next_number: int | None = None,
    secret: str | None = None,
    slug: str | None = None,
) -> NewOrganization:
    """Make the organization that `work` is for, with its main account and an API key of all scopes.

    iban: checked by its digits. next_number: the first number of this year's invoices. secret, slug: fixed for sample
    data.
    """
    profile = _checked(profile)
    account = party.check_iban(iban)
    slug = slug or _free_slug(work, profile.legal_name)
    organizations.insert_organization(
        work.conn,
        work.organization_id,
        OrganizationRow(
            id=work.organization_id, slug=slug, profile=profile.model_dump_json(), seq_last=0, created_at_last="",
            created_at=work.timestamp, updated_at=work.timestamp,
        ),
    )  # fmt: skip
    work.forget_organization()
    work.record("organization", work.organization_id, "created")
    add_account(work, name="Main account", iban=account.iban, bic=account.bic, is_main=True)
    if next_number is not None:
        start = counters.Counter(first_value=next_number, next_value=next_number)
        counters.put(work.conn, work.organization_id, "client_invoice", work.today.year, start)
    key = create_credential(work, name="init", login=slug, scopes=ALL_SCOPES, secret=secret)
    return NewOrganization(work.organization_id, slug, f"{slug}:{key}", setup_warnings(work))


def setup_warnings(work: Work) -> tuple[Fault, ...]:
    """Tell what the country's documents still need of the organization; drafts work without."""
    return tuple(country_setup.warnings(work.profile, today=work.today))


def create_credential(
    work: Work,
    *,
    name: str,
    login: str | None,
    scopes: frozenset[str],
    secret: str | None = None,
    policy: ApprovalPolicy = NEVER,
    expires_at: str | None = None,
    member_id: str | None = None,
) -> str:
    """Make an API key (login set) or a bearer token; answers its secret, which is kept only as a hash."""
    value = secret or f"{'sk' if login else 'cft'}_{work.new_secret()}"
    row = CredentialRow(
        secret_hash=secret_hash(value),
        organization_id=work.organization_id,
        login=login,
        name=name,
        scopes=" ".join(sorted(scopes)),
        created_at=work.timestamp,
        expires_at=expires_at,
        revoked_at=None,
        id=work.new_id(),
        policy=str(policy),
        member_id=member_id,
    )
    credentials.insert_credential(work.conn, work.organization_id, row)
    work.record("credential", row.id, "created", {"kind": "key" if login else "token", "policy": row.policy})
    return value


def add_account(work: Work, *, name: str, iban: str, bic: str, is_main: bool) -> BankAccount:
    """Add a bank account that clients may pay to. iban: compact and checked."""
    count = len(organizations.accounts(work.conn, work.organization_id))
    account = BankAccount(
        id=work.new_id(),
        organization_id=work.organization_id,
        slug=f"{work.organization.slug}-bank-account-{count + 1}",
        name=name,
        iban=iban,
        bic=bic,
        main=is_main,
        updated_at=work.timestamp,
    )
    organizations.insert_account(
        work.conn, work.organization_id,
        account_id=account.id, iban=iban, is_main=is_main, created_at=work.timestamp, body=account.model_dump_json(),
    )  # fmt: skip
    work.record("bank_account", account.id, "added", {"is_main": is_main})
    return account


def update(work: Work, change: dict[str, Any]) -> tuple[Fault, ...]:
    """Change the organization's profile: absent keeps, null clears. Issued documents keep their snapshot.

    Answers what its country's documents still need of it. change: fields of OrganizationProfile; others are ignored.
    Raises Invalid with every fault.
    """
    known = {name: value for name, value in change.items() if name in OrganizationProfile.model_fields}
    # Sample documents that lost their mark could be taken for real ones.
    fixed_names = (*PROFILE_FIXED, "is_specimen") if work.profile.is_specimen else PROFILE_FIXED
    fixed = [name for name in fixed_names if name in known and known[name] != getattr(work.profile, name)]
    if fixed:
        raise errors.Invalid(
            "read_only", f"{fixed[0]} cannot be changed.", field=fixed[0], fix="Make a new organization instead."
        )
    logo = known.get("logo_attachment_id")
    if logo and not _is_picture(work, str(logo)):
        raise errors.Invalid(
            "invalid_logo", "logo_attachment_id is not a PNG or JPEG attachment of this organization.",
            field="logo_attachment_id", fix="Upload a PNG or JPEG with POST /v2/attachments and send its id.",
        )  # fmt: skip
    values = json.loads(work.profile.model_dump_json())
    for name, value in known.items():
        if value is None:
            values.pop(name)
        else:
            values[name] = value
    profile = _checked(OrganizationProfile.model_validate(values))
    _check_numbering_mode(work, profile.numbering_mode)
    organizations.set_profile(
        work.conn, work.organization_id, profile=profile.model_dump_json(), updated_at=work.timestamp
    )
    work.forget_organization()
    work.record("organization", work.organization_id, "updated", {"fields": sorted(known)})
    return setup_warnings(work)


def _check_numbering_mode(work: Work, mode: str) -> None:
    """Refuses numbering by hand while an invoice recurs: nobody would be there to give its number."""
    is_new = mode == "manual" and work.profile.numbering_mode != mode
    if is_new and recurring_invoices.has_live(work.conn, work.organization_id):
        raise errors.WrongState(
            "invalid_numbering_mode",
            "Documents cannot be numbered by hand while a recurring invoice is scheduled or active.",
            field="numbering_mode",
            fix="Suspend or cancel the recurring invoices first: GET /v2/recurring_invoices lists them.",
            meta={"field": "numbering_mode"},
        )


def get(work: Work) -> dict[str, Any]:
    """Retrieve the organization: the API's own fields, and its whole profile (ours)."""
    profile = work.profile
    fields: dict[str, Any] = json.loads(profile.model_dump_json())
    capital = profile.legal_capital_share
    fields |= {
        "id": work.organization_id,
        "slug": work.organization.slug,
        "name": profile.name or profile.legal_name,
        "legal_address": ", ".join(
            filter(None, (profile.address_line_1, profile.address_zipcode, profile.address_city))
        ),
        "address": {
            "street_address": profile.address_line_1,
            "zip_code": profile.address_zipcode,
            "city": profile.address_city,
            "country_code": profile.address_country or profile.legal_country,
        },
        "contract_signed_at": work.organization.created_at,
        "legal_share_capital": _number(capital.value) if capital else 0,
    }
    fields["bank_accounts"] = accounts(work)
    return fields


def accounts(work: Work) -> list[dict[str, Any]]:
    """List the bank accounts, the main one first. Balances are 0: there is no bank behind this server."""
    return [_with_balances(text) for text in organizations.accounts(work.conn, work.organization_id)]


def account(work: Work, account_id: str) -> dict[str, Any]:
    """Retrieve one bank account."""
    text = organizations.account(work.conn, work.organization_id, account_id.lower())
    if text is None:
        raise errors.NotFound(
            "not_found", "There is no bank account with this id.", parameter="id",
            fix="List bank accounts to find the right id: GET /v2/bank_accounts.",
        )  # fmt: skip
    return _with_balances(text)


def _with_balances(text: str) -> dict[str, Any]:
    zero = {"balance": 0, "balance_cents": 0, "authorized_balance": 0, "authorized_balance_cents": 0}
    shown: dict[str, Any] = json.loads(text)
    return shown | zero


def _number(value: str) -> int | str:
    # The API has a JSON number here; a whole one is exact, any other stays a string rather than become a float.
    whole, _, cents = value.partition(".")
    return int(whole) if not cents.strip("0") else value


def _checked(profile: OrganizationProfile) -> OrganizationProfile:
    """The profile with defaults of its country and its numbers in compact form. Raises Invalid with every fault."""
    faults = country_setup.shape_faults(profile)
    country = profile.legal_country
    if not _is_time_zone(profile.time_zone):
        message = f"{profile.time_zone} is not a time zone."
        faults.append(Fault("invalid_time_zone", message, field="time_zone", fix="Send one such as Europe/Paris."))
    checked: dict[str, str] = {}
    for name, check in (
        ("vat_number", party.check_vat_number),
        ("legal_number", party.check_legal_number),
        ("tax_number", party.check_tax_number),
    ):
        value = getattr(profile, name)
        if value:
            try:
                checked[name] = check(country, value)
            except errors.Invalid as error:
                faults += error.faults
    if faults:
        raise errors.Invalid.of(faults)
    return profile.model_copy(update=checked)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return False
    return True


def with_country_defaults(values: dict[str, Any]) -> OrganizationProfile:
    """A profile from what a person gave, with the locale and time zone of its country where they are not given.

    Raises Invalid naming each field that is wrong.
    """
    country = str(values.get("legal_country", "")).upper()
    defaults = {
        "locale": LOCALES.get(country, "en"),
        "time_zone": TIME_ZONES.get(country, "Europe/Paris"),
        "address_country": country,
        "einvoicing_enabled": country == "IT",
    }
    try:
        return OrganizationProfile.model_validate(defaults | values)
    except ValidationError as error:
        raise errors.Invalid.of(
            Fault("invalid_value", item["msg"], field="/".join(map(str, item["loc"])), fix="Send a valid value.")
            for item in error.errors()
        ) from None


def _is_picture(work: Work, attachment_id: str) -> bool:
    row = attachments.get(work.conn, work.organization_id, attachment_id.lower())
    return row is not None and row.content_type in ("image/png", "image/jpeg")


def _free_slug(work: Work, legal_name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", folded(legal_name)).strip("-")[:60] or "organization"
    taken = {row.slug for row in organizations.every(work.conn)}
    if base not in taken:
        return base
    return next(slug for n in range(2, len(taken) + 3) if (slug := f"{base}-{n}") not in taken)
