"""/v2/organization and /v2/bank_accounts"""

from __future__ import annotations

import json

from pydantic import ValidationError
from starlette.responses import Response

from counterfoil.domain import scopes
from counterfoil.domain.organization import BankAccountShown, Organization, OrganizationChange, OrganizationProfile
from counterfoil.operations import organization
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import meta
from counterfoil.rest.calls import Call, wrapped
from counterfoil.rest.changes import Patched, sent_fields
from counterfoil.rest.errors import from_validation
from counterfoil.rest.routing import PAGE_META, PAGING, WARNINGS, QueryTable, Route, sorting


def get_organization(call: Call) -> Response:
    """Retrieve the organization and its bank accounts"""
    return call.read(_organization)


def update_organization(call: Call) -> Response:
    """Update the organization's profile, logo and accent colour (ours)"""
    change = sent_fields(call, "organization", _PATCHED)

    def act(work: Work) -> str:
        try:
            warnings = organization.update(work, change(work))
        except ValidationError as error:
            raise from_validation(error.errors(include_url=False)) from None
        return wrapped("organization", json.dumps(organization.get(work), ensure_ascii=False), warnings)

    return call.write(act)


def list_bank_accounts(call: Call) -> Response:
    """List bank accounts"""
    page, per_page = call.query.page()
    _, is_descending = call.query.sort(("created_at",), "created_at:asc")

    def act(work: Work) -> str:
        found = organization.accounts(work)[:: -1 if is_descending else 1]
        shown = found[(page - 1) * per_page : page * per_page]
        return json.dumps({"bank_accounts": shown, "meta": meta(page, per_page, len(found))}, ensure_ascii=False)

    return call.read(act)


def get_bank_account(call: Call) -> Response:
    """Retrieve a bank account"""
    return call.read(
        lambda work: json.dumps({"bank_account": organization.account(work, call.params["id"])}, ensure_ascii=False)
    )


def _organization(work: Work) -> str:
    return json.dumps({"organization": organization.get(work)}, ensure_ascii=False)


_PATCHED = Patched(
    lambda _call, work: organization.get(work),
    frozenset(OrganizationProfile.model_fields),
)
_READ = scopes.ORGANIZATION_READ
_ORGANIZATION = {"organization": Organization}

_EXTERNAL: QueryTable = {"include_external_accounts": ({"type": "boolean"}, "understood; all accounts are its own")}

ROUTES = (
    Route("GET", "/v2/organization", _READ, get_organization, gives=_ORGANIZATION, query=_EXTERNAL),
    Route(
        "PATCH", "/v2/organization", scopes.ORGANIZATION_WRITE, update_organization,
        takes=OrganizationChange, wrapper="organization", gives=_ORGANIZATION | {"warnings": WARNINGS},
        takes_json_patch=True,
    ),
    Route(
        "GET", "/v2/bank_accounts", _READ, list_bank_accounts,
        gives={"bank_accounts": [BankAccountShown], "meta": PAGE_META},
        query={**PAGING, **sorting(("created_at",), "created_at:asc")},
    ),
    Route("GET", "/v2/bank_accounts/{id}", _READ, get_bank_account, gives={"bank_account": BankAccountShown}),
)  # fmt: skip
