"""/access: what may call in the organization's name, and how to end it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from counterfoil.domain.approvals import ApprovalPolicy
from counterfoil.domain.members import is_reading
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.errors import Forbidden, Invalid, Malformed, NotFound, WrongState
from counterfoil.operations import credentials
from counterfoil.operations.credentials import Access
from counterfoil.operations.work import Work
from counterfoil.web import forms, frame
from counterfoil.web.approval_view import moment
from counterfoil.web.doors import PageDoors
from counterfoil.web.people_texts import AccessTexts, FaultTexts
from counterfoil.web.signin import SignedIn, signed_in, to_sign_in


@dataclass(frozen=True, slots=True)
class Shown:
    """A key, token or connection in words."""

    id: str
    kind: str
    name: str
    state: str
    scopes: str
    policy: str
    member: str
    created: str
    expires: str
    client: str
    may_revoke: bool


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the pages to `app`."""

    def listed(request: Request) -> Response:
        person = signed_in(doors, request)
        return _listed(doors, request, person) if person else to_sign_in(request)

    def back(request: Request) -> Response:
        return frame.redirect(request, "/access")

    async def revoke(request: Request) -> Response:
        try:
            body = await forms.read_form(request)
        except ClientDisconnect:
            return Response(status_code=400)
        return await run_in_threadpool(partial(_revoke, doors, request, body))

    app.add_route("/access", listed, methods=["GET"])
    app.add_route("/access/{id}/revoke", back, methods=["GET"])  # the address that stays after an answer
    app.add_route("/access/{id}/revoke", revoke, methods=["POST"])


def _listed(
    doors: PageDoors, request: Request, person: SignedIn, *, said: str = "", fault: str = "", status: int = 200
) -> Response:
    with doors.works.read(person.actor) as work:
        shown = [_shown(work, person, each) for each in credentials.every(work)]
    return frame.page(
        request, "access.html", signed_in=person, status=status, t=AccessTexts, said=said, fault=fault,
        active=[each for each in shown if each.state == "active"],
        ended=[each for each in shown if each.state != "active"],
    )  # fmt: skip


def _revoke(doors: PageDoors, request: Request, body: bytes | None) -> Response:
    person = signed_in(doors, request)
    if person is None:
        return to_sign_in(request)
    access_id = request.path_params["id"]
    try:
        forms.check_form(doors, request, body, person, f"revoke:{access_id}")
        with doors.works.write(person.actor) as work:
            _check_may(work, person, access_id)
            ended = credentials.revoke(work, access_id)
    except NotFound:
        return _listed(doors, request, person, fault=AccessTexts.missing, status=404)
    except WrongState:
        return _listed(doors, request, person, fault=AccessTexts.gone, status=409)
    except (Forbidden, Malformed) as error:
        status = 403 if isinstance(error, Forbidden) else 400
        return frame.message(
            request, FaultTexts.title, str(error), signed_in=person, status=status, back=("/access", FaultTexts.back)
        )
    return _listed(doors, request, person, said=AccessTexts.revoked.format(name=ended.name))


def _check_may(work: Work, person: SignedIn, access_id: str) -> None:
    found = next((each for each in credentials.every(work) if each.id == access_id), None)
    if found and not _may_revoke(person, found):
        raise Forbidden("may_not_revoke", AccessTexts.not_yours)


def _may_revoke(person: SignedIn, access: Access) -> bool:
    is_own = access.member is not None and access.member.id == person.member_id
    return person.may_decide or is_own


def _shown(work: Work, person: SignedIn, access: Access) -> Shown:
    return Shown(
        id=access.id, kind=AccessTexts.kinds[access.kind], name=access.name, state=access.state,
        scopes=_scopes(access.scopes), policy=_policy(access.policy),
        member=f"{access.member.name} ({access.member.role})" if access.member else AccessTexts.nobody,
        created=moment(work, access.created_at),
        expires=moment(work, access.expires_at or "") or AccessTexts.never_ends,
        client=access.client_id,
        may_revoke=access.state == "active" and _may_revoke(person, access),
    )  # fmt: skip


def _scopes(scopes: tuple[str, ...]) -> str:
    if frozenset(scopes) >= ALL_SCOPES:
        return AccessTexts.all_scopes
    reads = is_reading(frozenset(scopes))
    return f"{AccessTexts.reads}: {', '.join(scopes)}" if reads else ", ".join(scopes)


def _policy(text: str) -> str:
    try:
        policy = ApprovalPolicy.parse(text)
    except Invalid:
        return text
    said = (
        AccessTexts.above.format(amount=policy.above) if policy.when == "above" else AccessTexts.policies[policy.when]
    )
    return said + (AccessTexts.person_only if policy.is_person_needed and policy.when != "never" else "")
