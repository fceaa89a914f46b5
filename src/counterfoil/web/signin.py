"""/signin, /signin/{token}, /signout: who sits at the browser.

A session is a random cookie of which the store keeps the hash: it can be ended here at any time. A one-time link only
shows a page; its button signs in, for mail scanners and previews follow links ahead of their reader.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from counterfoil.domain import members as roles
from counterfoil.errors import BillingError, Conflict, Gone, NotFound
from counterfoil.operations import attempts, members
from counterfoil.operations.members import SESSION_LIFE, Found
from counterfoil.operations.work import Actor, Works
from counterfoil.ports import passwords
from counterfoil.rest.limits import Limits
from counterfoil.store import members as member_rows
from counterfoil.web import forms, frame
from counterfoil.web.doors import PageDoors
from counterfoil.web.people_texts import FaultTexts, SignInTexts

HOME = "/approvals"
_CHOICE_LIFE = timedelta(minutes=5)
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{16,128}")
_AFTER = re.compile(r"/[!-\[\]-~]{0,4000}", re.ASCII)  # no spaces, controls or backslashes


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a session. session_hash: of the secret in the cookie, so itself none."""

    member_id: str
    organization_id: str
    organization_name: str
    email: str
    name: str
    role: str
    session_hash: str

    @property
    def may_decide(self) -> bool:
        """Whether this person approves, declines and revokes."""
        return roles.may_decide(self.role)

    @property
    def actor(self) -> Actor:
        """Who acts when this person decides something."""
        return Actor(self.organization_id, self.principal, member_id=self.member_id, client="page")

    @property
    def principal(self) -> str:
        """How events and decisions name this person."""
        return members.principal(self.email)


def cookie_name(doors: PageDoors) -> str:
    """The session cookie's name; the prefix makes browsers keep it to this very host, over https only."""
    return "__Host-counterfoil" if doors.settings.base_url.startswith("https:") else "counterfoil"


def signed_in(doors: PageDoors, request: Request) -> SignedIn | None:
    """Who sent this request, by the session cookie; None for nobody whose session lives."""
    secret = request.cookies.get(cookie_name(doors), "")
    if not secret:
        return None
    with doors.works.database.read() as conn:
        found = members.of_session(conn, secret, doors.works.clock.now())
    if found is None:
        return None
    return SignedIn(
        member_id=found.member.id, organization_id=found.member.organization_id,
        organization_name=found.organization_name, email=found.member.email, name=found.member.name,
        role=found.member.role, session_hash=found.session_hash,
    )  # fmt: skip


def to_sign_in(request: Request) -> Response:
    """To the sign-in page, and back to this address (a GET's) after it."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    after = path + (f"?{request.url.query}" if request.url.query else "")
    return frame.redirect(request, "/signin?" + urlencode({"next": after}))


def mount(app: FastAPI, doors: PageDoors) -> None:
    """Adds the pages to `app`."""
    tries = Attempts(doors.works)

    def form_page(request: Request) -> Response:
        return _form_page(doors, request)

    def link_page(request: Request) -> Response:
        return _link_page(doors, request)

    async def sign_in(request: Request) -> Response:
        return await _posted(request, partial(_with_password, doors, tries))

    async def use_link(request: Request) -> Response:
        return await _posted(request, partial(_with_link, doors))

    async def sign_out(request: Request) -> Response:
        return await _posted(request, partial(_sign_out, doors))

    app.add_route("/signin", form_page, methods=["GET"])
    app.add_route("/signin", sign_in, methods=["POST"])
    app.add_route("/signin/{token}", link_page, methods=["GET"])
    app.add_route("/signin/{token}", use_link, methods=["POST"])
    app.add_route("/signout", sign_out, methods=["POST"])


class Attempts:
    """Counts passwords for one address from one place before they are checked; a right one begins anew."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._places = Limits("on")

    def begin(self, email: str, host: str | None) -> int:
        """Seconds to wait; 0 counts one more."""
        with self._works.database.write() as conn:
            return attempts.begin(conn, self._works.clock.now(), attempts.SIGN_INS, *self._key(email, host))

    def forget(self, email: str, host: str | None) -> None:
        """The password was right."""
        with self._works.database.write() as conn:
            attempts.forget(conn, attempts.SIGN_INS, *self._key(email, host))

    def _key(self, email: str, host: str | None) -> tuple[str, str]:
        return email.strip().lower()[:120], self._places.place(host)


async def _posted(request: Request, act: Callable[[Request, bytes | None], Response]) -> Response:
    try:
        body = await forms.read_form(request)
    except ClientDisconnect:
        return Response(status_code=400)
    return await run_in_threadpool(act, request, body)


def _form_page(doors: PageDoors, request: Request) -> Response:
    after = _after(request.query_params.get("next", ""))
    if signed_in(doors, request):
        return frame.redirect(request, after)
    return _ask(doors, request, after)


def _ask(
    doors: PageDoors, request: Request, after: str, *, email: str = "", fault: str = "", status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """The form; where there is nobody yet, how to become the first."""
    with doors.works.database.read() as conn:
        has_members = member_rows.has_any(conn)
    if not has_members:
        return frame.message(request, SignInTexts.nobody_title, SignInTexts.nobody, command=SignInTexts.command)
    return frame.page(
        request, "signin.html", status=status, headers=headers, t=SignInTexts, next=after, email=email, fault=fault
    )  # fmt: skip


def _with_password(doors: PageDoors, tries: Attempts, request: Request, body: bytes | None) -> Response:
    fields = forms.fields_of(body) or {}
    email, password, after = fields.get("email", ""), fields.get("password", ""), _after(fields.get("next", ""))
    ask = partial(_ask, doors, request, after, email=email[:254])
    if not forms.is_own(request, doors.settings.base_url):
        return ask(fault=SignInTexts.not_from_here, status=403)
    host = request.client.host if request.client else None
    wait = tries.begin(email, host)
    if wait:
        fault = SignInTexts.wait.format(minutes=wait // 60 + 1)
        return ask(fault=fault, status=429, headers={"retry-after": str(wait)})
    found = _known(doors, email, password)
    if not found:
        refusal = ask(fault=SignInTexts.wrong, status=422)
        # Behind the answer: how long it takes must not tell whether the address is anybody's.
        refusal.background = BackgroundTask(_note_refusal, doors, email)
        return refusal
    tries.forget(email, host)
    if len(found) > 1:
        return _choose(doors, request, found, after)
    try:
        return _begin(doors, request, found[0], password, after)
    except Conflict:
        return ask(fault=SignInTexts.wrong, status=422)


def _note_refusal(doors: PageDoors, email: str) -> None:
    """The journals of those whose address it is have it; an address of nobody is in no journal."""
    with doors.works.database.read() as conn:
        meant = members.known_by(conn, email)
    for each in meant:
        actor = Actor(each.member.organization_id, "nobody", client="page")
        with doors.works.write(actor) as work:
            members.refused(work, each.member.id)


def _known(doors: PageDoors, email: str, password: str) -> list[Found]:
    """Where this address and password belong to somebody. An unknown address takes as long as a known one."""
    with doors.works.database.read() as conn:
        found = [each for each in members.known_by(conn, email) if each.member.password_hash]
    if not found or len(password) > roles.LONGEST_PASSWORD:
        passwords.is_right("", "")
        return []
    return [each for each in found if passwords.is_right(password, each.member.password_hash)]


def _begin(doors: PageDoors, request: Request, found: Found, password: str, after: str) -> Response:
    checked = found.member.password_hash
    new = passwords.hash_of(password) if passwords.is_outdated(checked) else ""
    with doors.works.write(_actor(found)) as work:
        secret = members.begin_session(work, found.member.id, checked_hash=checked)
        if new:
            members.renew_hash(work, found.member.id, checked_hash=checked, new_hash=new)
    return _signed_in_to(doors, request, secret, after)


def _choose(doors: PageDoors, request: Request, found: list[Found], after: str) -> Response:
    """A page with a button for each organization: each is a one-time link of its own."""
    choices = []
    for each in found:
        with doors.works.write(_actor(each)) as work:
            choices.append((each.organization_name, members.new_link(work, each.member.id, life=_CHOICE_LIFE)))
    return frame.page(request, "signin_choice.html", t=SignInTexts, next=after, choices=choices)


def _link_page(doors: PageDoors, request: Request) -> Response:
    """Says whom the link signs in, and has the button that does it; looking uses nothing up."""
    try:
        found = _behind_link(doors, request)
    except (NotFound, Gone) as error:
        return _dead_link(request, error)
    return frame.page(
        request, "signin_link.html", t=SignInTexts, found=found, token=request.path_params["token"], next=HOME, fault=""
    )  # fmt: skip


def _with_link(doors: PageDoors, request: Request, body: bytes | None) -> Response:
    if not forms.is_own(request, doors.settings.base_url):
        return frame.message(request, FaultTexts.title, SignInTexts.not_from_here, status=403)
    after = _after((forms.fields_of(body) or {}).get("next", ""))
    try:
        found = _behind_link(doors, request)
        with doors.works.write(_actor(found)) as work:
            secret = members.use_link(work, request.path_params["token"])
    except (NotFound, Gone) as error:
        return _dead_link(request, error)
    return _signed_in_to(doors, request, secret, after)


def _behind_link(doors: PageDoors, request: Request) -> Found:
    token = request.path_params["token"]
    with doors.works.database.read() as conn:
        return members.behind_link(conn, token if _TOKEN.fullmatch(token) else "", doors.works.clock.now())


def _dead_link(request: Request, error: BillingError) -> Response:
    is_gone = isinstance(error, Gone)
    return frame.message(
        request, SignInTexts.link_gone if is_gone else SignInTexts.link_missing, SignInTexts.link_again,
        status=410 if is_gone else 404, command=SignInTexts.command, back=("/signin", SignInTexts.title),
    )  # fmt: skip


def _signed_in_to(doors: PageDoors, request: Request, secret: str, after: str) -> Response:
    answer = frame.redirect(request, after)
    answer.set_cookie(
        cookie_name(doors), secret, max_age=int(SESSION_LIFE.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=doors.settings.base_url.startswith("https:"),
    )  # fmt: skip
    return answer


def _sign_out(doors: PageDoors, request: Request, body: bytes | None) -> Response:
    """Ends the session at the server too, so that a copied cookie is worth nothing."""
    person = signed_in(doors, request)
    if person:
        try:
            forms.check_form(doors, request, body, person, "signout")
        except BillingError as error:
            return frame.message(request, FaultTexts.title, str(error), signed_in=person, status=403)
        with doors.works.write(person.actor) as work:
            members.end_session(work, person.session_hash)
    answer = frame.redirect(request, "/signin")
    answer.delete_cookie(
        cookie_name(doors), path="/", httponly=True, samesite="lax",
        secure=doors.settings.base_url.startswith("https:"),
    )  # fmt: skip
    return answer


def _actor(found: Found) -> Actor:
    return Actor(
        found.member.organization_id, members.principal(found.member.email), member_id=found.member.id, client="page"
    )  # fmt: skip


def _after(path: str) -> str:
    """A path of this site, whatever was sent."""
    return path if _AFTER.fullmatch(path) and not path.startswith(("//", "/signin", "/signout")) else HOME
