"""/approvals, /approvals/{id}: what waits for a person, and their yes or no.

Only a form of the page itself decides, sent by an owner or admin of the organization: no key or token can.
"""

from __future__ import annotations

from functools import partial

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from counterfoil.errors import BillingError, Forbidden, Gone, Malformed, NotFound, WrongState
from counterfoil.operations import approvals
from counterfoil.web import approval_view, forms, frame
from counterfoil.web.doors import PageDoors
from counterfoil.web.people_texts import ApprovalTexts, FaultTexts
from counterfoil.web.signin import SignedIn, signed_in, to_sign_in


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the pages to `app`."""

    def queue(request: Request) -> Response:
        person = signed_in(doors, request)
        return _queue(doors, request, person) if person else to_sign_in(request)

    def one(request: Request) -> Response:
        person = signed_in(doors, request)
        return _one(doors, request, person) if person else to_sign_in(request)

    async def decide(request: Request) -> Response:
        try:
            body = await forms.read_form(request)
        except ClientDisconnect:
            return Response(status_code=400)
        return await run_in_threadpool(partial(_decide, doors, request, body))

    app.add_route("/approvals", queue, methods=["GET"])
    app.add_route("/approvals/{id}", one, methods=["GET"])
    app.add_route("/approvals/{id}", decide, methods=["POST"])


def _queue(doors: PageDoors, request: Request, person: SignedIn) -> Response:
    with doors.works.read(person.actor) as work:
        waiting = [approval_view.item(work, row) for row in reversed(approvals.pending(work))]
        closed = [approval_view.item(work, row) for row in approvals.closed(work)]
    return frame.page(request, "approvals.html", signed_in=person, t=ApprovalTexts, waiting=waiting, closed=closed)


def _one(
    doors: PageDoors, request: Request, person: SignedIn, *, fault: str = "", status: int = 200
) -> Response:  # fmt: skip
    try:
        with doors.works.read(person.actor) as work:
            shown = approval_view.detail(work, approvals.get(work, request.path_params["id"]))
            accent = work.profile.accent_color
    except NotFound:
        help_text = ApprovalTexts.missing_help.format(organization=person.organization_name)
        return frame.message(
            request, ApprovalTexts.missing, help_text, signed_in=person, status=404,
            back=("/approvals", ApprovalTexts.back),
        )  # fmt: skip
    title, text = ApprovalTexts.outcome[shown.item.state]
    return frame.page(
        request, "approval.html", signed_in=person, status=status, t=ApprovalTexts, shown=shown, item=shown.item,
        purpose=f"approval:{shown.item.id}", fault=fault, accent_color=accent, outcome_title=title,
        outcome=text.format(who=shown.item.asked_by, until=shown.item.expires, spent=shown.spent),
    )  # fmt: skip


def _decide(doors: PageDoors, request: Request, body: bytes | None) -> Response:
    person = signed_in(doors, request)
    if person is None:
        return to_sign_in(request)
    approval_id = request.path_params["id"]
    try:
        fields = forms.check_form(doors, request, body, person, f"approval:{approval_id}")
        _record(doors, person, approval_id, fields.get("decision", ""))
    except NotFound:
        return _one(doors, request, person)
    except (Gone, WrongState):
        return _one(doors, request, person, fault=ApprovalTexts.just_late, status=409)
    except (Forbidden, Malformed) as error:
        return _refused(request, person, error, approval_id)
    return frame.redirect(request, f"/approvals/{approval_id}")


def _record(doors: PageDoors, person: SignedIn, approval_id: str, decision: str) -> None:
    if not person.may_decide:
        raise Forbidden("may_not_decide", ApprovalTexts.read_only.format(
            organization=person.organization_name, role=person.role))  # fmt: skip
    decide = {"approve": approvals.approve, "decline": approvals.decline}.get(decision)
    if decide is None:
        raise Malformed("bad_form", "What was sent could not be read, so nothing was done.")
    with doors.works.write(person.actor) as work:
        decide(work, approval_id, person.email)


def _refused(request: Request, person: SignedIn, error: BillingError, approval_id: str) -> Response:
    status = 403 if isinstance(error, Forbidden) else 400
    return frame.message(
        request, FaultTexts.title, str(error), signed_in=person, status=status,
        back=(f"/approvals/{approval_id}", FaultTexts.back),
    )  # fmt: skip
