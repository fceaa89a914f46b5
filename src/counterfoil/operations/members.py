"""People: members, their passwords, sessions and one-time sign-in links.

Passwords come here as hashes: making and checking one takes long on purpose, and must not hold the write lock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from counterfoil import errors
from counterfoil.domain import members as domain
from counterfoil.operations.work import Work
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import secret_hash
from counterfoil.store import credentials, journal, members, organizations, sessions
from counterfoil.store.engine import Connection
from counterfoil.store.members import MemberRow
from counterfoil.store.sessions import LinkRow, SessionRow

SESSION_LIFE: Final = timedelta(hours=12)
LINK_LIFE: Final = timedelta(minutes=15)
_KIND: Final = "member"
_REFUSALS_APART: Final = timedelta(minutes=1)
_NEW_LINK: Final = "Make a new one at the server: counterfoil signin-link"


@dataclass(frozen=True, slots=True)
class Found:
    """A member behind a session, a link or an address, and their organization's name."""

    member: MemberRow
    organization_name: str
    session_hash: str = ""


def principal(email: str) -> str:
    """How events name a person; their column ends at 120 characters."""
    return f"member:{email}"[:120]


def add(work: Work, *, email: str, name: str, role: str) -> MemberRow:
    """Add a person to the organization, who has no password yet. Raises Invalid, or Conflict when they are in it."""
    row = MemberRow(
        organization_id=work.organization_id, id=work.new_id(), email=domain.email_of(email),
        name=domain.name_of(name or email), role=domain.check_role(role), password_hash="", created_at=work.timestamp,
    )  # fmt: skip
    if members.by_email(work.conn, work.organization_id, row.email):
        raise errors.Conflict(
            "email_taken", f"{row.email} is a member already.", field="email",
            fix=f"See counterfoil member list; counterfoil member enable {row.email} lets them in again.",
        )  # fmt: skip
    members.insert_member(work.conn, work.organization_id, row)
    work.record(_KIND, row.id, "added", {"role": row.role})
    return row


def found(work: Work) -> MemberRow | None:
    """Make whom a new organization's e-mail address belongs to its owner; None where it has no such address."""
    email = work.profile.email or ""
    try:
        domain.email_of(email)
    except errors.Invalid:
        return None
    return add(work, email=email, name=work.profile.contact_name or email, role="owner")


def every(work: Work) -> list[MemberRow]:
    """List the organization's people, those who were shut out too."""
    return members.of_organization(work.conn, work.organization_id)


def find(work: Work, email: str) -> MemberRow:
    """The member with this address. Raises NotFound."""
    row = members.by_email(work.conn, work.organization_id, email.strip().lower())
    if row is None:
        raise errors.NotFound(
            "not_found", f"Nobody here has the address {email[:60]!r}.", field="email",
            fix="See counterfoil member list, or add them: counterfoil member add.",
        )  # fmt: skip
    return row


def disable(work: Work, email: str) -> MemberRow:
    """Shut a person out: their sessions, links and tokens end at once. Raises NotFound; Conflict for the last owner."""
    row = find(work, email)
    owners = [each for each in every(work) if each.role == "owner" and not each.disabled_at]
    if [each.id for each in owners] == [row.id]:
        raise errors.Conflict(
            "last_owner", f"{row.email} is the only owner.", field="email", fix="Add another owner first.",
        )  # fmt: skip
    members.set_disabled(work.conn, work.organization_id, row.id, work.timestamp)
    sessions.end_all(work.conn, work.organization_id, row.id)
    credentials.revoke_of_member(work.conn, work.organization_id, row.id, work.timestamp)
    work.record(_KIND, row.id, "disabled")
    return replace(row, disabled_at=work.timestamp)


def enable(work: Work, email: str) -> MemberRow:
    """Let a person in again; what ended stays ended. Raises NotFound."""
    row = find(work, email)
    members.set_disabled(work.conn, work.organization_id, row.id, None)
    work.record(_KIND, row.id, "enabled")
    return replace(row, disabled_at=None)


def set_password(work: Work, member_id: str, password_hash: str) -> None:
    """Give a person another password, by its hash: all their sessions and links end. Raises NotFound."""
    _member(work, member_id)
    members.set_password(work.conn, work.organization_id, member_id, password_hash)
    sessions.end_all(work.conn, work.organization_id, member_id)
    work.record(_KIND, member_id, "password_set")


def first_owner(work: Work) -> MemberRow:
    """The owner that a bare sign-in link is for: made from the organization's address when there is no member yet.

    Raises Invalid when the organization has no address, and Conflict when its owners have all been shut out.
    """
    people = every(work)
    if not people:
        made = found(work)
        if made is None:
            raise errors.Invalid(
                "no_email", "Nobody is a member here, and the organization has no e-mail address.", field="email",
                fix="Add yourself: counterfoil member add --email you@example.com --name You --role owner",
            )  # fmt: skip
        return made
    for row in people:
        if row.role == "owner" and not row.disabled_at:
            return row
    raise errors.Conflict(
        "no_owner", "All owners have been shut out.", field="email", fix="Say whose link: --email, or member enable."
    )


def new_link(work: Work, member_id: str, *, life: timedelta = LINK_LIFE) -> str:
    """Make a link that signs a person in once; answers its secret. Raises NotFound, Forbidden for who is shut out."""
    row = _member(work, member_id)
    if row.disabled_at:
        raise errors.Forbidden(
            "member_disabled", f"{row.email} has been shut out.", fix=f"Run: counterfoil member enable {row.email}"
        )
    secret = work.new_secret()
    link = LinkRow(secret_hash(secret), work.organization_id, row.id, work.timestamp, timestamp(work.now + life))
    sessions.insert_link(work.conn, work.organization_id, link)
    work.record(_KIND, row.id, "link_made")
    return secret


def refused(work: Work, member_id: str) -> None:
    """Write down that somebody tried to sign in as a member and could not: once a minute at most, however many try."""
    last = journal.last_of(work.conn, work.organization_id, _KIND, member_id, "sign_in_refused")
    if last is None or last <= timestamp(work.now - _REFUSALS_APART):
        work.record(_KIND, member_id, "sign_in_refused")


def behind_link(conn: Connection, secret: str, now: datetime) -> Found:
    """Find whom a link signs in, without using it. Raises NotFound, and Gone when it was used or is too old."""
    row = sessions.link_by_hash(conn, secret_hash(secret))
    found = _found(conn, row.organization_id, row.member_id) if row else None
    if row is None or found is None:
        raise errors.NotFound("unknown_link", "This link signs nobody in.", fix=_NEW_LINK)
    if row.used_at:
        raise errors.Gone("link_used", "This link has signed somebody in already, and does so once.", fix=_NEW_LINK)
    if row.expires_at <= timestamp(now):
        raise errors.Gone("link_expired", "This link is too old.", fix=_NEW_LINK)
    return found


def use_link(work: Work, secret: str) -> str:
    """Use a link up and begin a session; answers the session's secret. Raises as behind_link does."""
    found = behind_link(work.conn, secret, work.now)
    if found.member.organization_id != work.organization_id or not sessions.use_link(
        work.conn, work.organization_id, secret_hash(secret), work.timestamp
    ):
        raise errors.Gone("link_used", "This link has signed somebody in already, and does so once.", fix=_NEW_LINK)
    return _begin(work, found.member, "link")


def known_by(conn: Connection, email: str) -> list[Found]:
    """What somebody with this address is, in every organization that has not shut them out."""
    if not email.isprintable():
        return []  # no member's is such, and PostgreSQL cannot even look for a NUL
    rows = members.everywhere(conn, email.strip().lower())
    found = (_found(conn, row.organization_id, row.id) for row in rows)
    return [each for each in found if each]


def begin_session(work: Work, member_id: str, *, checked_hash: str) -> str:
    """Begin a session after the password was found right; answers its secret.

    checked_hash: what the password was compared with. Raises Conflict when it was changed meanwhile.
    """
    row = _member(work, member_id)
    if row.disabled_at or row.password_hash != checked_hash or not checked_hash:
        raise errors.Conflict("password_changed", "The password was changed a moment ago.", fix="Sign in again.")
    return _begin(work, row, "password")


def renew_hash(work: Work, member_id: str, *, checked_hash: str, new_hash: str) -> None:
    """Keep the same password under today's parameters, unless it was changed meanwhile."""
    if _member(work, member_id).password_hash == checked_hash:
        members.set_password(work.conn, work.organization_id, member_id, new_hash)


def of_session(conn: Connection, secret: str, now: datetime) -> Found | None:
    """Find who has the session with this cookie; None when it ended, or its member was shut out."""
    row = sessions.by_hash(conn, secret_hash(secret))
    if row is None or row.expires_at <= timestamp(now):
        return None
    return _found(conn, row.organization_id, row.member_id, row.secret_hash)


def end_session(work: Work, session_hash: str) -> None:
    """End one session."""
    sessions.end(work.conn, work.organization_id, session_hash)
    if work.actor.member_id:
        work.record(_KIND, work.actor.member_id, "signed_out")


def _begin(work: Work, row: MemberRow, way: str) -> str:
    secret = work.new_secret()
    sessions.forget_before(work.conn, work.organization_id, work.timestamp)
    session = SessionRow(
        secret_hash(secret), work.organization_id, row.id, work.timestamp, timestamp(work.now + SESSION_LIFE)
    )
    sessions.insert_session(work.conn, work.organization_id, session)
    work.record(_KIND, row.id, "signed_in", {"by": way})
    return secret


def _member(work: Work, member_id: str) -> MemberRow:
    row = members.get(work.conn, work.organization_id, member_id)
    if row is None:
        raise errors.NotFound("not_found", "There is no such member here.", fix="See counterfoil member list.")
    return row


def _found(conn: Connection, organization_id: str, member_id: str, session_hash: str = "") -> Found | None:
    member = members.get(conn, organization_id, member_id)
    organization = organizations.get(conn, organization_id)
    if member is None or member.disabled_at or organization is None:
        return None
    return Found(member, str(json.loads(organization.profile)["legal_name"]), session_hash)
