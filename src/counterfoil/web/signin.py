"""/signin, /signin/{token}, /signout: who sits at the browser.

A session is a random cookie of which the store keeps the hash: it can be ended here at any time. A one-time link only
shows a page; its button signs in, for mail scanners and previews follow links ahead of their reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from counterfoil.domain import members as roles
from counterfoil.operations import members
from counterfoil.web import frame
from counterfoil.web.doors import PageDoors


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
