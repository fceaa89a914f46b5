"""People: members, their passwords, sessions and one-time sign-in links.

Passwords come here as hashes: making and checking one takes long on purpose, and must not hold the write lock.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import secret_hash
from counterfoil.store import members, organizations, sessions
from counterfoil.store.engine import Connection
from counterfoil.store.members import MemberRow

SESSION_LIFE = timedelta(hours=12)
LINK_LIFE = timedelta(minutes=15)
_KIND = "member"


@dataclass(frozen=True, slots=True)
class Found:
    """A member behind a session or a link, and their organization's name."""

    member: MemberRow
    organization_name: str
    session_hash: str = ""


def principal(email: str) -> str:
    """How events and decisions name a person; the column ends at 120 characters."""
    return f"member:{email}"[:120]


def of_session(conn: Connection, secret: str, now: datetime) -> Found | None:
    """Find who has the session with this cookie; None when it ended, or its member was shut out."""
    row = sessions.by_hash(conn, secret_hash(secret))
    if row is None or row.expires_at <= timestamp(now):
        return None
    return _found(conn, row.organization_id, row.member_id, row.secret_hash)


def _found(conn: Connection, organization_id: str, member_id: str, session_hash: str = "") -> Found | None:
    member = members.get(conn, organization_id, member_id)
    organization = organizations.get(conn, organization_id)
    if member is None or member.disabled_at or organization is None:
        return None
    return Found(member, str(json.loads(organization.profile)["legal_name"]), session_hash)
