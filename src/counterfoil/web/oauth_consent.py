"""The page on which a person lets a program in, or does not.

Whatever a client says of itself is shown as what it says. Only a client that is known, at an address that is its own,
is answered by a redirect; all else is told to the person on a page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.domain import oauth as rules
from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.errors import BillingError, Invalid
from counterfoil.operations import oauth as operations
from counterfoil.web import forms, frame, signin
from counterfoil.web.oauth_answer import Answer
from counterfoil.web.oauth_registration import Refused, document
from counterfoil.web.oauth_server import Asked, Desk, Given

if TYPE_CHECKING:
    from counterfoil.web.oauth import Office
    from counterfoil.web.signin import SignedIn

SCOPE_FIELD = "scope:"
# What a browser may be led to once the form is sent (CSP form-action holds for the redirect, too): the client's page,
# and what that leads to. A program on this machine has a port of its own choice.
_LOCAL = "http://127.0.0.1:* http://localhost:*"
_POPUP = {"cross-origin-opener-policy": "unsafe-none"}  # a client may have opened this in a window that it waits for


def ask(office: Office, request: Request) -> Response:
    """GET: the page, after signing in where nobody is; errors of a proven client go to it."""
    pairs = _pairs(request)
    person = signin.signed_in(office.doors, request)
    is_silent = "none" in dict(pairs).get("prompt", "").split()
    if person is None and not is_silent:
        return signin.to_sign_in(request)
    try:
        if person:
            _read_document(office, dict(pairs).get("client_id", ""))
    except BillingError as error:
        return _told(request, person, error.faults[0].message)
    with office.doors.works.database.read() as conn:
        desk = Desk(office.resources, conn, role=_role(person), organization_id=_organization(person))
        asked = desk.asked(pairs)
        if isinstance(asked, Answer):
            return _refusal(request, person, asked)
        if is_silent or person is None:
            problem = "consent_required" if person else "login_required"
            return desk.refused(asked, problem, "A person has to be asked.").response
    return _page(office, request, person, asked)


def decide(office: Office, request: Request, body: bytes | None) -> Response:
    """POST: what the person decided, on its way to the client."""
    person = signin.signed_in(office.doors, request)
    if person is None:
        return signin.to_sign_in(request)
    pairs = _pairs(request)
    try:
        fields = forms.check_form(office.doors, request, body, person, _purpose(pairs))
    except BillingError as error:
        return _told(request, person, error.faults[0].message)
    with office.doors.works.write(person.actor) as work:
        desk = Desk(
            office.resources, work.conn, work, role=person.role, organization_id=person.organization_id
        )  # fmt: skip
        asked = desk.asked(pairs)
        if isinstance(asked, Answer):
            return _refusal(request, person, asked)
        try:
            given = _given(person, asked, fields) if fields.get("decision") == "allow" else None
        except Invalid as error:
            return _page(office, request, person, asked, fault=error.faults[0].message, fields=fields)
        answer = desk.answered(asked, given)
    # 303, so that the browser asks the client's page with GET and without this form (RFC 9700, 4.12).
    answer.status = 303 if answer.location else answer.status
    return answer.response


def _pairs(request: Request) -> list[tuple[str, str]]:
    try:
        return parse_qsl(request.url.query, keep_blank_values=True, errors="strict", max_num_fields=50)
    except ValueError:
        return []


def _read_document(office: Office, client_id: str) -> None:
    """Reads a client's own document, where its id is an address and what was read before is too old."""
    if not office.documents.is_url(client_id):
        return
    works = office.doors.works
    with works.database.read() as conn:
        if operations.is_fresh(conn, client_id, works.clock.now()):
            return
    fetched = office.documents.fetch(client_id)
    metadata = document(fetched.document)
    if isinstance(metadata, Refused):
        raise Invalid(
            "invalid_client_document", f"The client's own document could not be taken: {metadata.description}"
        )
    with works.database.write() as conn:
        operations.keep_document(conn, works.clock.now(), metadata, fetched.keep)


def _given(person: SignedIn, asked: Asked, fields: Mapping[str, str]) -> Given:
    scopes = [scope for scope in asked.scopes if f"{SCOPE_FIELD}{scope}" in fields]
    if not scopes:
        raise Invalid("nothing_given", "Tick at least one thing that it may do, or refuse.", field="scope")
    if person.role == "agent":
        return Given(person.member_id, scopes, ApprovalPolicy("always", is_person_needed="by_person" in fields))
    when = fields.get("policy", "")
    if when == "above":
        amount = fields.get("amount", "").strip().replace(",", ".").removesuffix(".")
        when = f"above:{amount}"
    try:
        policy = ApprovalPolicy.parse(f"{when} by:person" if "by_person" in fields else when)
    except Invalid:
        raise Invalid("invalid_policy", "Say when it must ask you; an amount is digits, such as 500.") from None
    return Given(person.member_id, scopes, policy)


def _page(
    office: Office, request: Request, person: SignedIn, asked: Asked, *, fault: str = "",
    fields: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    pairs = _pairs(request)
    target = rules.redirect(asked.redirect_uri)
    is_local = target is not None and target.is_loopback
    default = rules.default_policy(asked.audience, office.resources)
    chosen = fields or {f"{SCOPE_FIELD}{scope}": "yes" for scope in asked.scopes} | {"policy": default.when}
    return frame.page(
        request,
        "consent.html",
        signed_in=person,
        status=422 if fault else 200,
        form_targets=_form_targets(target),
        headers=_POPUP,
        client=asked.client,
        scopes=[(f"{SCOPE_FIELD}{scope}", rules.SCOPE_WORDS[scope]) for scope in asked.scopes],
        is_local=is_local,
        goes_to=target.host if target and target.host else asked.redirect_uri.partition(":")[0],
        is_for_assistant=asked.audience == office.resources.mcp,
        is_agent=person.role == "agent",
        purpose=_purpose(pairs),
        query=urlencode(pairs),
        chosen=chosen,
        fault=fault,
    )


def _purpose(pairs: Sequence[tuple[str, str]]) -> str:
    """The form is good for this very request: no other can be put in its place."""
    return "oauth " + hashlib.sha256(urlencode(pairs).encode()).hexdigest()


def _form_targets(target: rules.Redirect | None) -> str:
    if target is None:
        return "'self'"
    if target.scheme == "https":
        return "'self' https:"
    if target.is_loopback:
        # A policy cannot name an IPv6 address.
        return f"'self' https: {'http:' if target.host.startswith('[') else _LOCAL}"
    return f"'self' {target.scheme}:"


def _refusal(request: Request, person: SignedIn | None, answer: Answer) -> Response:
    if answer.location:
        return answer.response
    told = dict(answer.body) if not isinstance(answer.body, str) else {}
    return _told(request, person, str(told.get("error_description") or "Its request cannot be answered."))


def _told(request: Request, person: SignedIn | None, text: str) -> Response:
    said = partial(frame.message, request, "This program cannot be let in", signed_in=person)
    return said(f"{text} Nothing was given to it. Tell whoever makes it.", status=400)


def _role(person: SignedIn | None) -> str:
    return person.role if person else "owner"


def _organization(person: SignedIn | None) -> str | None:
    return person.organization_id if person else ""
