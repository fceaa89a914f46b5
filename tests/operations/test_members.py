"""People, their sessions and links, and what may call for them: who gets in, and what ends what."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from counterfoil.app import House
from counterfoil.domain import members as roles
from counterfoil.domain.approvals import ALWAYS, NEVER, ApprovalPolicy
from counterfoil.domain.scopes import ALL_SCOPES
from counterfoil.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unauthorized, WrongState
from counterfoil.operations import access, credentials, members
from counterfoil.operations.work import Work
from counterfoil.ports import passwords
from counterfoil.ports.clock import timestamp
from counterfoil.ports.ids import secret_hash
from counterfoil.store import credentials as credential_rows
from counterfoil.store import oauth as oauth_rows
from counterfoil.store import sessions as session_rows
from counterfoil.store.members import MemberRow
from counterfoil.store.rows import CredentialRow
from tests.support.houses import Company, SteppingClock, new_company

PASSWORD = "correct horse battery staple"  # a test's own


def add(company: Company, role: str = "owner", email: str = "ada@example.com") -> MemberRow:
    with company.write() as work:
        return members.add(work, email=email, name="Ada", role=role)


def link(company: Company, member: MemberRow) -> str:
    with company.write() as work:
        return members.new_link(work, member.id)


def signed_in(company: Company, member: MemberRow) -> str:
    """A session's secret."""
    secret = link(company, member)
    with company.write() as work:
        return members.use_link(work, secret)


def who(company: Company, session: str) -> members.Found | None:
    with company.house.database.read() as conn:
        return members.of_session(conn, session, company.house.clock.now())


def token(company: Company, **more: object) -> tuple[credentials.Access, str]:
    given = {"name": "t", "scopes": ALL_SCOPES, "policy": NEVER} | more
    with company.write() as work:
        return credentials.create_token(work, **given)  # what a test says


def call(company: Company, secret: str) -> str:
    """The principal of a call with this token."""
    with company.house.database.read() as conn:
        now = timestamp(company.house.clock.now())
        return access.authenticate(conn, f"Bearer {secret}", now, "http://127.0.0.1:8642").principal


def connect(work: Work, member: MemberRow, turn: int) -> None:
    """What a program has after it was let in, or after it refreshed: a refresh token and an access token."""
    given = {
        "organization_id": work.organization_id, "family_id": "family", "member_id": member.id,
        "scopes": "client.read", "policy": "always", "audience": "", "created_at": work.timestamp,
        "expires_at": "2099-01-01T00:00:00.000Z", "secret_hash": f"refresh {turn}", "client_id": "https://app.example",
    }  # fmt: skip
    oauth_rows.insert_refresh_token(work.conn, work.organization_id, oauth_rows.RefreshRow(**given))
    row = CredentialRow(
        secret_hash=f"access {turn}", organization_id=work.organization_id, login=None, name="app",
        scopes="client.read", created_at=work.timestamp, expires_at="2099-01-01T00:00:00.000Z", revoked_at=None,
        id=f"access-{turn}", policy="always", member_id=member.id, oauth_client_id="https://app.example",
        family_id="family",
    )  # fmt: skip
    credential_rows.insert_credential(work.conn, work.organization_id, row)


# Members


def test_an_address_is_one_member_whatever_its_capitals(company: Company) -> None:
    add(company, email=" Ada@Example.COM ")
    with company.write() as work:
        assert members.find(work, "ADA@example.com").email == "ada@example.com"
    with pytest.raises(Conflict, match="already"):
        add(company, "admin")


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", "a b@c.example"), ("email", f"{'a' * 120}@b.example"),
     ("name", "a\nb"), ("name", "n" * 121), ("role", "root")],
)  # fmt: skip
def test_what_is_no_person_is_refused(company: Company, field: str, value: str) -> None:
    given = {"email": "ada@example.com", "name": "Ada", "role": "owner"} | {field: value}
    with company.write() as work, pytest.raises(Invalid) as refused:
        members.add(work, **given)
    assert refused.value.faults[0].field == field


def test_the_last_owner_cannot_be_shut_out(company: Company) -> None:
    ada = add(company)
    add(company, "admin", "bo@example.com")
    with company.write() as work, pytest.raises(Conflict, match="only owner"):
        members.disable(work, ada.email)
    add(company, "owner", "cy@example.com")
    with company.write() as work:
        assert members.disable(work, ada.email).disabled_at


def test_a_bare_link_is_for_the_owner_made_from_the_organizations_address(company: Company) -> None:
    with company.write() as work:
        first = members.first_owner(work)
        assert (first.email, first.role) == ("factures@atelier.example", "owner")
        assert members.first_owner(work).id == first.id


# Sessions


def test_a_session_lives_for_half_a_day(company: Company, clock: SteppingClock) -> None:
    session = signed_in(company, add(company))
    clock.jump(timedelta(hours=11, minutes=59))
    found = who(company, session)
    assert found is not None
    assert found.member.email == "ada@example.com"
    clock.jump(timedelta(minutes=2))
    assert who(company, session) is None


@pytest.mark.parametrize("end", ["password", "disable", "sign out"])
def test_what_ends_sessions_ends_them_at_once(company: Company, end: str) -> None:
    # given two sessions, a link that was not used yet, and somebody else's session
    add(company, "owner", "cy@example.com")
    ada, bo = add(company), add(company, "admin", "bo@example.com")
    first, second, unused, others = (
        signed_in(company, ada), signed_in(company, ada), link(company, ada), signed_in(company, bo),
    )  # fmt: skip
    # when
    with company.write() as work:
        if end == "password":
            members.set_password(work, ada.id, "hash")
        elif end == "disable":
            members.disable(work, ada.email)
        else:
            members.end_session(work, secret_hash(first))
    # then
    assert who(company, first) is None
    assert (who(company, second) is None) is (end != "sign out")
    assert who(company, others) is not None
    if end != "sign out":
        with company.house.database.read() as conn, pytest.raises(NotFound):
            members.behind_link(conn, unused, company.house.clock.now())


def test_no_secret_is_in_the_database(company: Company) -> None:
    ada = add(company)
    session, unused = signed_in(company, ada), link(company, ada)
    raw = b"".join(path.read_bytes() for path in company.house.settings.data.rglob("*") if path.is_file())
    assert session.encode() not in raw
    assert unused.encode() not in raw


def test_ended_sessions_do_not_pile_up(company: Company, clock: SteppingClock) -> None:
    ada = add(company)
    old = signed_in(company, ada)
    clock.jump(timedelta(days=1))
    signed_in(company, ada)
    with company.house.database.read() as conn:
        assert session_rows.by_hash(conn, secret_hash(old)) is None


# Links


def test_a_link_signs_in_once_however_many_use_it_at_once(company: Company) -> None:
    secret = link(company, add(company))
    gate = threading.Barrier(8)

    def use(_: int) -> str:
        gate.wait()
        try:
            with company.write() as work:
                return members.use_link(work, secret)
        except Gone:
            return ""

    with ThreadPoolExecutor(8) as pool:
        assert len([session for session in pool.map(use, range(8)) if session]) == 1


def test_looking_at_a_link_does_not_use_it(company: Company) -> None:
    secret = link(company, add(company))
    for _ in range(3):
        with company.house.database.read() as conn:
            members.behind_link(conn, secret, company.house.clock.now())
    with company.write() as work:
        assert members.use_link(work, secret)


def test_a_link_is_too_old_after_a_quarter_of_an_hour(company: Company, clock: SteppingClock) -> None:
    secret = link(company, add(company))
    clock.jump(timedelta(minutes=15))
    with company.write() as work, pytest.raises(Gone, match="too old"):
        members.use_link(work, secret)


def test_a_link_of_another_organization_signs_nobody_in(house: House, company: Company) -> None:
    secret = link(company, add(company))
    other = new_company(house, clock=company.clock)
    with other.write() as work, pytest.raises(Gone):
        members.use_link(work, secret)
    with company.write() as work:
        assert members.use_link(work, secret)


def test_who_was_shut_out_gets_no_link(company: Company) -> None:
    add(company, "owner", "cy@example.com")
    ada = add(company)
    with company.write() as work:
        members.disable(work, ada.email)
        with pytest.raises(Forbidden):
            members.new_link(work, ada.id)
        members.enable(work, ada.email)
        assert members.new_link(work, ada.id)


# Passwords


def test_a_password_is_right_only_as_it_is(company: Company) -> None:
    kept = passwords.hash_of(PASSWORD)
    assert kept.startswith("$argon2id$")
    assert passwords.is_right(PASSWORD, kept)
    assert not passwords.is_right(PASSWORD.upper(), kept)
    assert not passwords.is_right("", "")
    assert not passwords.is_right("nobody's", "")
    assert not passwords.is_right(PASSWORD, "no hash at all")
    assert passwords.is_right("café au lait au lait", passwords.hash_of("cafe\u0301 au lait au lait"))


def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    kept = passwords.hash_of(PASSWORD)
    passwords.is_right("x", "")

    def shortest(stored: str) -> float:
        found = []
        for _ in range(5):
            begun = time.perf_counter()
            passwords.is_right("wrong", stored)
            found.append(time.perf_counter() - begun)
        return min(found)

    assert 0.3 < shortest("") / shortest(kept) < 3


def test_a_hash_of_other_parameters_is_outdated() -> None:
    from argon2 import PasswordHasher

    assert passwords.is_outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD))
    assert not passwords.is_outdated(passwords.hash_of(PASSWORD))


@pytest.mark.parametrize("password", ["", "short", "x" * 257])
def test_a_password_has_bounds(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        roles.check_password(password)
    assert "xxx" not in str(refused.value)


def test_a_password_that_was_changed_meanwhile_signs_nobody_in(company: Company) -> None:
    ada = add(company)
    with company.write() as work:
        members.set_password(work, ada.id, "second")
        with pytest.raises(Conflict):
            members.begin_session(work, ada.id, checked_hash="first")
        with pytest.raises(Conflict):
            members.begin_session(work, ada.id, checked_hash="")
        assert members.begin_session(work, ada.id, checked_hash="second")


# What acts for people


def test_a_token_carries_what_its_person_may() -> None:
    assert roles.policy_for("agent", NEVER) == ALWAYS
    assert roles.policy_for("agent", ApprovalPolicy.parse("above:500 by:person")).is_person_needed
    assert roles.policy_for("owner", NEVER) == NEVER
    reads = roles.scopes_for("accountant", ALL_SCOPES)
    assert "client_invoices.read" in reads
    assert not [scope for scope in reads if scope.endswith(".write") or scope == "webhook"]
    assert {role for role in roles.ROLES if roles.may_decide(role)} == {"owner", "admin"}


def test_shutting_a_person_out_ends_their_tokens(company: Company) -> None:
    add(company, "owner", "cy@example.com")
    ada = add(company, "agent")
    made, secret = token(company, member=ada)
    own, others = token(company, name="other")
    assert made.policy == "always"
    with company.write() as work:
        members.disable(work, ada.email)
    with pytest.raises(Unauthorized):
        call(company, secret)
    assert call(company, others) == f"token:{own.name}"


def test_a_token_ends_on_its_day_and_when_it_is_revoked(company: Company, clock: SteppingClock) -> None:
    _, short = token(company, days=2)
    made, long = token(company, name="long")
    clock.jump(timedelta(days=2))
    with pytest.raises(Unauthorized):
        call(company, short)
    assert call(company, long) == "token:long"
    with company.write() as work:
        assert credentials.revoke(work, made.id).state == "revoked"
    with pytest.raises(Unauthorized):
        call(company, long)
    with company.write() as work, pytest.raises(WrongState):
        credentials.revoke(work, made.id)


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"name": "a\nb"}, {"name": "n" * 81}, {"scopes": ["everything"]}, {"days": 0}, {"days": 9999}],
    ids=["no name", "two lines", "long name", "no such scope", "no day", "many days"],
)  # fmt: skip
def test_a_token_that_makes_no_sense_is_refused(company: Company, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        token(company, **wrong)


def test_another_organizations_token_is_neither_listed_nor_revoked(house: House, company: Company) -> None:
    made, secret = token(company)
    other = new_company(house, clock=company.clock)
    with other.write() as work:
        assert made.id not in {each.id for each in credentials.every(work)}
        assert credentials.who(work, made.id) is None
        with pytest.raises(NotFound):
            credentials.revoke(work, made.id)
    assert call(company, secret)


def test_a_connection_is_one_however_often_it_was_refreshed(company: Company) -> None:
    # given a program that was let in once and has refreshed twice since
    ada = add(company)
    with company.write() as work:
        for turn in range(3):
            connect(work, ada, turn)
        # when it is listed and revoked
        listed = [each for each in credentials.every(work) if each.kind == "connection"]
        assert [(each.id, each.client_id, each.state) for each in listed] == [
            ("family", "https://app.example", "active")
        ]
        ended = credentials.revoke(work, "family")
    # then all of it ended
    assert ended.state == "revoked"
    with company.house.database.read() as conn:
        assert credential_rows.families(conn, company.id)[0].revoked_at
